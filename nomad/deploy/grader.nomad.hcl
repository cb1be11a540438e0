# The control plane: one server on one data directory, beside its cluster's runners.
#
#   nomad acl policy apply -namespace default -job grader grader grader.policy.hcl
#   nomad var put nomad/jobs/grader config=@grader.yaml cert=@runners.pem key=@runners-key.pem ca=@runners-ca.pem
#   nomad job run -var image=grader-server:v1.0.0 grader.nomad.hcl

variable "image" {
  description = "Image of the server; its nodes have it, or it names a digest."
  type        = string
}

variable "datacenters" {
  type    = list(string)
  default = ["*"]
}

job "grader" {
  type        = "service"
  datacenters = var.datacenters
  priority    = 80 # above every runner

  group "grader" {
    count = 1

    # The data directory is on one node: nothing is started elsewhere while that is away.
    volume "data" {
      type            = "host"
      source          = "grader-data"
      access_mode     = "single-node-single-writer"
      attachment_mode = "file-system"
    }

    disconnect {
      lost_after = "12h"
      replace    = false
    }

    network {
      mode = "host"
      port "ssh" {
        static = 2222
      }
      port "web" {
        static = 8080
      }
      port "runners" {
        static = 7070
      }
    }

    # One server a data directory: the old one ends before the new one starts. A new
    # one that is not ready by the deadline gives way to the old version again; with a
    # deadline of progress Nomad would first start the new one anew until that has passed.
    update {
      max_parallel      = 1
      canary            = 0
      health_check      = "checks"
      min_healthy_time  = "5s"
      healthy_deadline  = "3m"
      progress_deadline = "0s"
      auto_revert       = true
    }

    restart {
      attempts = 10
      interval = "10m"
      delay    = "5s"
      mode     = "delay"
    }

    service {
      name     = "grader"
      provider = "nomad"
      port     = "web"
      check {
        name     = "ready"
        type     = "http"
        path     = "/readyz"
        interval = "5s"
        timeout  = "2s"
      }
    }

    service {
      name     = "grader-ssh"
      provider = "nomad"
      port     = "ssh"
      check {
        type     = "tcp"
        interval = "10s"
        timeout  = "2s"
      }
    }

    task "grader" {
      driver       = "docker"
      kill_timeout = "40s" # waiting pushes are told how to come back

      config {
        image        = var.image
        network_mode = "host"
        args = [
          "serve", "--data", "/var/lib/grader", "--config", "/secrets/grader.yaml",
          "--ssh", ":${NOMAD_PORT_ssh}", "--web", ":${NOMAD_PORT_web}",
        ]
        ulimit {
          nofile = "65536:65536"
        }
      }

      volume_mount {
        volume      = "data"
        destination = "/var/lib/grader"
      }

      # Nomad is reached through the task's own socket, as the job that the policy is for.
      identity {
        env  = true
        file = false
      }

      env {
        NOMAD_ADDR = "unix:///secrets/api.sock"
      }

      template {
        destination = "secrets/grader.yaml"
        change_mode = "restart"
        perms       = "0600"
        data        = "{{ with nomadVar \"nomad/jobs/grader\" }}{{ .config }}{{ end }}"
      }

      # TLS of the runners' interface: nomad.runners of grader.yaml names these files.
      template {
        destination = "secrets/runners.pem"
        change_mode = "restart"
        perms       = "0600"
        data        = "{{ with nomadVar \"nomad/jobs/grader\" }}{{ .cert }}{{ end }}"
      }

      template {
        destination = "secrets/runners-key.pem"
        change_mode = "restart"
        perms       = "0600"
        data        = "{{ with nomadVar \"nomad/jobs/grader\" }}{{ .key }}{{ end }}"
      }

      template {
        destination = "secrets/runners-ca.pem"
        change_mode = "restart"
        perms       = "0600"
        data        = "{{ with nomadVar \"nomad/jobs/grader\" }}{{ .ca }}{{ end }}"
      }

      resources {
        cpu    = 2000
        memory = 2048
      }
    }
  }
}
