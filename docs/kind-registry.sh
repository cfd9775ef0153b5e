#!/bin/sh
# A registry beside a kind cluster: the same name, localhost:5001, works for `docker push` and in a Pod's image.
# Needs docker, kind, kubectl and a cluster made with kind-config.yaml. Run it again whenever you like.
#   docs/kind-registry.sh [cluster, "odcpub" unless said] [port, 5001 unless said]
set -eu
cluster=${1:-odcpub}
port=${2:-5001}
registry=odcpub-registry
image=${ODCPUB_REGISTRY_IMAGE:-registry:2}

for tool in docker kind kubectl; do
    command -v "$tool" >/dev/null || { echo "$tool: not found: install it first (docs/kind.md)" >&2; exit 1; }
done
nodes=$(kind get nodes --name "$cluster")
[ -n "$nodes" ] || { echo "kind cluster $cluster: not there: kind create cluster --config kind-config.yaml" >&2; exit 1; }

# The registry: on this machine's loopback alone, started again with the engine.
if [ "$(docker inspect -f '{{.State.Running}}' "$registry" 2>/dev/null || true)" != true ]; then
    docker start "$registry" >/dev/null 2>&1 ||
        docker run -d --restart=always -p "127.0.0.1:$port:5000" --network bridge --name "$registry" "$image" >/dev/null
fi

# Pods mean themselves by "localhost", so every node is told who is meant.
for node in $nodes; do
    folder=/etc/containerd/certs.d/localhost:$port
    docker exec "$node" mkdir -p "$folder"
    printf '[host."http://%s:5000"]\n' "$registry" | docker exec -i "$node" cp /dev/stdin "$folder/hosts.toml"
done

# Nodes reach it by its name on kind's network.
if [ "$(docker inspect -f '{{json .NetworkSettings.Networks.kind}}' "$registry")" = null ]; then
    docker network connect kind "$registry"
fi

# Where other tools look it up (Kubernetes enhancement 1755).
kubectl --context "kind-$cluster" apply -f - >/dev/null <<YAML
apiVersion: v1
kind: ConfigMap
metadata:
  name: local-registry-hosting
  namespace: kube-public
data:
  localRegistryHosting.v1: |
    host: "localhost:$port"
    help: "https://kind.sigs.k8s.io/docs/user/local-registry/"
YAML
echo "localhost:$port"
