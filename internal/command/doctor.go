package command

import (
	"context"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/configs"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

func doctorCommand() *cli.Command {
	return &cli.Command{
		Name:  "doctor",
		Usage: "what this machine can do, each with the remedy for what it cannot",
		Description: "A language that is missing matters only to assignments in it. Exit status 1 when\npushes cannot be graded here.\n\n" +
			"Example: grader doctor --image",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "config", Usage: "configuration `FILE`: the pools that its flavours name are looked at"},
			&cli.StringFlag{Name: "data", Usage: "data `DIR`ectory: the flavours of its courses are looked for in the configuration", EnvVars: []string{"GRADER_DATA"}},
			&cli.BoolFlag{Name: "image", Usage: "also list the variables for compilers and libraries"},
			&cli.BoolFlag{Name: "json", Usage: "print JSON"},
		},
		OnUsageError: misuse,
		Action:       doctor,
	}
}

// diagnosis holds the findings of doctor.
type diagnosis struct {
	Findings  []finding         `json:"findings"`
	Variables map[string]string `json:"variables,omitempty"`
}

// finding is the result of one check, with the remedy if it failed.
type finding struct {
	What   string `json:"what"`
	Works  bool   `json:"works"`
	Needed bool   `json:"needed"`
	Says   string `json:"says"`
	Remedy string `json:"remedy,omitempty"`
}

func doctor(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	config, err := configs.Load(c.String("config"))
	if err != nil {
		return err
	}
	d, err := diagnose(c.Context, config, c.Bool("image"))
	if err != nil {
		return err
	}
	courses, err := courseFindings(c, config)
	if err != nil {
		return err
	}
	d.Findings = append(d.Findings, courses...)
	if c.Bool("json") {
		err = printJSON(c.App.Writer, d)
	} else {
		d.print(c)
	}
	if err == nil && d.sick() {
		err = schema.Errorf(schema.CodeUnavailable, "pushes cannot be graded on this machine; see above")
	}
	return err
}

func diagnose(ctx context.Context, config configs.Config, image bool) (diagnosis, error) {
	var d diagnosis
	if !grade.InImage() {
		d.Findings = serverFindings(ctx)
	}
	d.Findings = append(d.Findings, poolFindings(ctx, config)...)
	if len(config.Served(configs.PoolLocal)) > 0 {
		d.Findings = append(d.Findings, languages(ctx)...)
		d.Findings = append(d.Findings, walls(sandbox.Probe(ctx))...)
	}
	d.Findings = append(d.Findings, mailFindings(ctx, config)...)
	if !image {
		return d, nil
	}
	tools, err := grade.DetectImage(ctx)
	if err != nil {
		return d, fmt.Errorf("toolchain: %w", err)
	}
	d.Variables = tools.Variables
	return d, nil
}

// serverFindings checks the programs that the control plane needs. A runner's image does not need
// them.
func serverFindings(ctx context.Context) []finding {
	return []finding{
		program(ctx, "git", "apt-get install git", "--version"),
		program(ctx, "ssh", "apt-get install openssh-client (people's side; only the demo needs it here)", "-V"),
		hookFinding(),
	}
}

// languages checks the compilers and interpreters of `build: auto`. An assignment needs
// only the tools of its own language.
func languages(ctx context.Context) []finding {
	return []finding{
		program(ctx, "gcc", "apt-get install gcc", "--version"),
		program(ctx, "g++", "apt-get install g++", "--version"),
		program(ctx, "javac", "apt-get install openjdk-17-jdk-headless", "--version"),
		program(ctx, "python3", "apt-get install python3", "--version"),
		program(ctx, "go", "see go.dev/dl", "version"),
		program(ctx, "node", "apt-get install nodejs", "--version"),
	}
}

func program(ctx context.Context, name, remedy, flag string) finding {
	f := finding{What: name, Needed: name == "git", Remedy: remedy}
	out, err := exec.CommandContext(ctx, name, flag).CombinedOutput()
	if f.Works = err == nil; f.Works {
		f.Says, _, _ = strings.Cut(string(out), "\n")
		f.Remedy = ""
	} else {
		f.Says = err.Error()
	}
	return f
}

func hookFinding() finding {
	path, err := service.Companion("grader-hook")
	if err != nil {
		return finding{What: "grader-hook", Needed: true, Says: err.Error(), Remedy: "make build, and install both programs side by side"}
	}
	return finding{What: "grader-hook", Needed: true, Works: true, Says: path}
}

// walls converts the sandbox's report into findings. One level is enough.
func walls(r sandbox.Report) []finding {
	findings := []finding{{
		What: "wall", Needed: true, Works: r.Best != "",
		Says: fmt.Sprintf("kernel %s, Landlock ABI %d, cgroup %s: %s", r.Kernel, r.Landlock, orNone(r.Cgroup), counting(r)),
	}}
	if r.Cgroup == "" {
		findings = append(findings, finding{What: "wall cgroup", Says: r.Uncounted, Remedy: countingRemedy})
	}
	for _, l := range r.Levels {
		f := finding{What: "wall level " + string(l.Level), Works: l.Works, Says: l.Failed, Remedy: l.Remedy}
		switch {
		case l.Level == r.Best:
			f.Says = "chosen"
		case l.Works:
			f.Says = "works"
		}
		if l.Lacks != "" {
			f.Says += "; programs lack " + l.Lacks
		}
		findings = append(findings, f)
	}
	return findings
}

// countingRemedy is the remedy if no cgroup can be created.
const countingRemedy = "run as root, or in a systemd unit with Delegate=yes; a container gets by with its own memory limit"

// counting describes how the memory and the processor time of a step are measured.
func counting(r sandbox.Report) string {
	switch {
	case r.Cgroup == "":
		return "memory and CPU are summed every 10 ms"
	case r.InMemory:
		return "CPU is exact, memory is summed every 10 ms (scratch directories are in a tmpfs)"
	}
	return "memory and CPU are exact"
}

func orNone(s string) string {
	if s == "" {
		return "not writable"
	}
	return s
}

func (d diagnosis) sick() bool {
	for _, f := range d.Findings {
		if f.Needed && !f.Works {
			return true
		}
	}
	return false
}

func (d diagnosis) print(c *cli.Context) {
	for _, f := range d.Findings {
		word := "ok  "
		if !f.Works {
			word = "no  "
		}
		fmt.Fprintf(c.App.Writer, "%s %-22s %s\n", word, f.What, f.Says)
		if f.Remedy != "" && !f.Works {
			fmt.Fprintf(c.App.Writer, "     %-22s remedy: %s\n", "", f.Remedy)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.Variables)) {
		fmt.Fprintf(c.App.Writer, "     $%-22s %s\n", name, d.Variables[name])
	}
}
