package nomad

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/hashicorp/nomad/api"

	"github.com/grader/grader/schema"
)

const (
	taskName     = "runner"
	identityName = "grader" // also the audience of the identity
	// identityLife is how long a runner's identity is valid; it is read once, at the start.
	identityLife = 15 * time.Minute
	// lostAfter is how long Nomad keeps an allocation whose node does not answer. Its runner may
	// still work; the lease decides about its job.
	lostAfter = time.Hour
	// killTime is how long a runner may take to end.
	killTime = 20 * time.Second
	mib      = 1 << 20
)

// specification returns the parameterized job of a flavour, and its fingerprint.
func (s Settings) specification(f schema.Flavour) (*api.Job, string) {
	place := s.Flavours[f.Name]
	job := api.NewBatchJob(s.parent(f.Name), s.parent(f.Name), "", place.Priority)
	if place.Priority == 0 {
		job.Priority = nil
	}
	job.Region = nil // the client's
	job.Datacenters = place.Datacenters
	if place.NodePool != "" {
		job.NodePool = &place.NodePool
	}
	for _, c := range place.Constraints {
		job.Constrain(api.NewConstraint(c.Attribute, c.Operator, c.Value))
	}
	job.ParameterizedJob = &api.ParameterizedJobConfig{Payload: "forbidden"}
	job.AddTaskGroup(s.taskGroup(f))
	fingerprint := fingerprintOf(job)
	job.SetMeta(makeKey, fingerprint)
	return job, fingerprint
}

func fingerprintOf(job *api.Job) string {
	text, err := json.Marshal(job)
	if err != nil { // a job holds only numbers and texts
		panic(err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}

// taskGroup returns a group of one allocation that Nomad never replaces; the pool replaces it.
func (s Settings) taskGroup(f schema.Flavour) *api.TaskGroup {
	never, no := 0, false
	fail := "fail"
	group := api.NewTaskGroup(taskName, 1)
	group.RestartPolicy = &api.RestartPolicy{Attempts: &never, Mode: &fail}
	group.ReschedulePolicy = &api.ReschedulePolicy{Attempts: &never, Unlimited: &no}
	lost := lostAfter
	group.Disconnect = &api.DisconnectStrategy{Replace: &no, LostAfter: &lost}
	group.AddTask(s.task(f))
	return group
}

// task returns the task that runs the container of one runner.
func (s Settings) task(f schema.Flavour) *api.Task {
	life := killTime
	task := api.NewTask(taskName, "docker")
	task.KillTimeout = &life
	task.Env = map[string]string{"TMPDIR": scratchDir}
	task.User = "0:0" // the wall gives each step a uid of its own
	task.Identities = []*api.WorkloadIdentity{{
		Name: identityName, Audience: []string{identityName}, File: true, TTL: identityLife, ChangeMode: "noop",
	}}
	task.Resources = s.resources(f)
	args := []string{
		"runner", "--identity", "${NOMAD_SECRETS_DIR}/nomad_" + identityName + ".jwt",
		"--server", s.Server, "--flavour", f.Name, "--min-level", s.Wall, "--blocks", blocksDir,
	}
	if s.CA != "" {
		const file = "local/server-ca.pem"
		task.Templates = []*api.Template{certificates(s.CA, file)}
		args = append(args, "--ca", "${NOMAD_TASK_DIR}/server-ca.pem")
	}
	task.Config = s.container(f, args)
	return task
}

// certificates returns a template that writes a file into the task's directory. Its delimiters keep
// Nomad from finding template expressions in the file.
func certificates(pem, file string) *api.Template {
	left, mode := "[[[never", "noop"
	right := "never]]]"
	return &api.Template{EmbeddedTmpl: &pem, DestPath: &file, ChangeMode: &mode, LeftDelim: &left, RightDelim: &right}
}

// container returns Docker's configuration: limits, write access only to the scratch, and only
// those default capabilities that the wall uses.
func (s Settings) container(f schema.Flavour, args []string) map[string]any {
	return map[string]any{
		"image":           reference(f.Image),
		"entrypoint":      []string{"/usr/local/bin/grader"},
		"args":            args,
		"network_mode":    s.Network,
		"hostname":        "grader", // the same for every grading
		"readonly_rootfs": true,
		"security_opt":    []string{"no-new-privileges"},
		"cap_drop":        []string{"net_bind_service", "mknod", "audit_write", "setfcap", "sys_chroot"},
		"pids_limit":      f.Processes + processesBeside,
		// Nomad computes the limit from its MHz, which may be configured wrongly. A core that
		// belongs to the runner does not need a limit.
		"cpu_hard_limit": !f.WholeCores(),
		"mount": []map[string]any{
			memoryVolume(scratchDir, fmt.Sprintf("size=%d,mode=0711,exec,nosuid,nodev", scratchSize(f))),
			{"type": "tmpfs", "target": "/run", "tmpfs_options": []map[string]any{{"size": 16 * mib, "mode": 0o755}}},
			// All runners of a machine share its uids for steps and reserve them with locks.
			{"type": "bind", "source": hostBlocks, "target": blocksDir, "readonly": false},
		},
	}
}

// memoryVolume returns a volume in memory for one container. A mount of type tmpfs would not allow
// students' programs to be executed, and has no option for it. Nomad does not remove the volume;
// the nodes do (deploy/node.sh).
func memoryVolume(target, options string) map[string]any {
	return map[string]any{
		"type": "volume", "target": target,
		"volume_options": []map[string]any{{
			"no_copy": true,
			"labels":  []map[string]string{{"grader": "scratch"}},
			"driver_config": []map[string]any{{
				"name":    "local",
				"options": []map[string]string{{"type": "tmpfs", "device": "tmpfs", "o": options}},
			}},
		}},
	}
}

// reference returns Docker's name of the image. NAME:CONTENTID means the content id; NAME is
// ignored.
func reference(image string) string {
	_, tag, found := strings.Cut(image[strings.LastIndex(image, "/")+1:], ":")
	if _, err := hex.DecodeString(tag); found && err == nil && len(tag) == 64 {
		return "sha256:" + tag
	}
	return image
}

const (
	scratchDir = "/scratch"
	blocksDir  = "/run/grader-blocks"
	hostBlocks = "/run/lock/grader"
	// processesBeside is the number of processes of the runner and of the programs that it starts
	// outside a step.
	processesBeside = 256
	// memoryBeside is the memory of a container in addition to one step's limit and the
	// scratch.
	memoryBeside = 256 * mib
)

// scratchSize returns the amount that one step may write, and as much again for its trees and
// artefacts.
func scratchSize(f schema.Flavour) int64 { return 2 * f.Scratch }

// resources returns whole cores that belong to the runner, or a share that the runner cannot exceed
// and does not lend. tmpfs counts as memory.
func (s Settings) resources(f schema.Flavour) *api.Resources {
	memory := int((f.Memory + memoryBeside) / mib)
	most := memory + int(scratchSize(f)/mib)
	r := &api.Resources{MemoryMB: &memory, MemoryMaxMB: &most}
	if f.WholeCores() {
		cores := int(f.CPU)
		r.Cores = &cores
		return r
	}
	share := int(math.Ceil(f.CPU * float64(s.MHz)))
	r.CPU = &share
	return r
}
