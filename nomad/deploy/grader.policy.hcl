# What the control plane may do on Nomad: keep the jobs of its runners, in one namespace.
namespace "default" {
  capabilities = ["list-jobs", "read-job", "submit-job", "dispatch-job"]
}

# Which nodes are drained: idle runners leave those.
node {
  policy = "read"
}
