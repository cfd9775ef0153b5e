"""The Deployment tool's thinking: stage configuration and image → objects and a deployment plan. Pure."""
