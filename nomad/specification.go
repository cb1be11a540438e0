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
	// identityLife is how long a runner's identity is good for; it is read once, at the start.
	identityLife = 15 * time.Minute
	// lostAfter is how long Nomad lets an allocation be whose node does not answer: what
	// it runs may go on, and the scheduler knows by the lease whether it does.
	lostAfter = time.Hour
	// killTime is how long a runner has that is told to end.
	killTime = 20 * time.Second
	mib      = 1 << 20
)

// specification makes the parameterized job of a flavour, and its fingerprint.
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
	if err != nil { // it is made of numbers and texts
		panic(err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}

// taskGroup is one allocation, of which Nomad makes no second one: the pool does.
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

// task is the container of one runner.
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

// certificates is a file in the task's directory; nothing in it is a template's.
func certificates(pem, file string) *api.Template {
	left, mode := "[[[never", "noop"
	right := "never]]]"
	return &api.Template{EmbeddedTmpl: &pem, DestPath: &file, ChangeMode: &mode, LeftDelim: &left, RightDelim: &right}
}

// container is what Docker is told: bounds, nothing to write to but the scratch, and of
// the default capabilities those that the wall uses.
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
		// Nomad counts the limit from its MHz, which are wrong where somebody sets them: a
		// core that is the runner's own needs none.
		"cpu_hard_limit": !f.WholeCores(),
		"mount": []map[string]any{
			memoryVolume(scratchDir, fmt.Sprintf("size=%d,mode=0711,exec,nosuid,nodev", scratchSize(f))),
			{"type": "tmpfs", "target": "/run", "tmpfs_options": []map[string]any{{"size": 16 * mib, "mode": 0o755}}},
			// The uids of steps are the machine's: its runners take turns by locks.
			{"type": "bind", "source": hostBlocks, "target": blocksDir, "readonly": false},
		},
	}
}

// memoryVolume is a volume of the container's own in memory. A mount of type tmpfs
// would let no program run that a student compiled, and has no option for it. Nomad does
// not remove what is left of a volume, its name: the nodes do (deploy/node.sh).
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

// reference returns an image as Docker knows it: NAME:CONTENTID is the content's id,
// whatever the name.
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
	// processesBeside are those of the runner and of what it starts outside a step.
	processesBeside = 256
	// memoryBeside is what a container has above what a step may use and its scratch.
	memoryBeside = 256 * mib
)

// scratchSize is what one step may write, and as much again for the trees and
// artefacts that it is given.
func scratchSize(f schema.Flavour) int64 { return 2 * f.Scratch }

// resources are whole cores, which are the runner's own, or a share that is neither
// exceeded nor lent out. What is written to tmpfs counts as memory.
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
