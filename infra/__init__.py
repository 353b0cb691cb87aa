"""What surrounds the app: template, deployment and the local runner; the app never imports it."""
