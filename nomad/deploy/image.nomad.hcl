# Loads the runners' image on every node that there is now; `nomad job eval load-grader-image`
# does so on those that came later. Its nodes need the driver raw_exec (in client.hcl:
# plugin "raw_exec" { config { enabled = true } }), by which whoever may submit jobs is
# root, and a moment of a core that no runner has: node.sh, which needs neither, loads
# images too. The file is what `docker save` writes; any web server has it.
#
#   docker save grader-runner:v1.0.0 | tee runner.tar | sha256sum
#   nomad job run -var source=https://files.example.edu/runner.tar -var checksum=sha256:… image.nomad.hcl

variable "source" {
  description = "URL of the file."
  type        = string
}

variable "checksum" {
  description = "sha256:HEX of the file."
  type        = string
}

variable "datacenters" {
  type    = list(string)
  default = ["*"]
}

variable "node_pool" {
  type    = string
  default = "default"
}

job "load-grader-image" {
  type        = "sysbatch"
  datacenters = var.datacenters
  node_pool   = var.node_pool
  priority    = 90 # before the runners that wait for a core

  group "load" {
    restart {
      attempts = 3
      interval = "10m"
      delay    = "15s"
      mode     = "fail"
    }

    ephemeral_disk {
      size = 4096
    }

    task "load" {
      driver = "raw_exec"

      artifact {
        source      = var.source
        destination = "local"
        options {
          checksum = var.checksum
          archive  = "false"
          filename = "image.tar"
        }
      }

      config {
        command = "docker"
        args    = ["load", "--input", "local/image.tar"]
      }

      resources {
        cpu    = 200
        memory = 256
      }
    }
  }
}
