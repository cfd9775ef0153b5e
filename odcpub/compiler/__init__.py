"""The compiler: model → file drafts (HTML, CSS, JavaScript, C#). Pure but for reading its own templates."""
