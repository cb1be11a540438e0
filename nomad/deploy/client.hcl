# /etc/nomad.d/client.hcl of every VM that grades or has the control plane.
data_dir  = "/var/lib/nomad"
bind_addr = "0.0.0.0"

client {
  enabled = true
  servers = ["10.0.0.1:4647"]

  # On the control plane's VM alone.
  host_volume "grader-data" {
    path      = "/srv/grader"
    read_only = false
  }
}

acl {
  enabled = true
}

tls {
  http      = true
  rpc       = true
  ca_file   = "/etc/nomad.d/nomad-agent-ca.pem"
  cert_file = "/etc/nomad.d/global-client-nomad.pem"
  key_file  = "/etc/nomad.d/global-client-nomad-key.pem"

  verify_server_hostname = true
  verify_https_client    = false
}

plugin "docker" {
  config {
    # Images that were loaded by hand must not go three minutes after their last container.
    gc {
      image = false
    }

    # The runners' scratch is a volume, and the locks on uids are the machine's.
    volumes {
      enabled = true
    }
  }
}
