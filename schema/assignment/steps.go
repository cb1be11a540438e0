package assignment

import "time"

// minuteLength is the length of the minute that a due time includes.
const minuteLength = time.Minute

// Defaults of submissions.
const (
	defaultMaxSize  = 10 << 20 // bytes
	defaultMaxFiles = 500
)

func (r *reading) assignmentLimits() {
	r.spec.Limits, r.spec.JobLimit = defaultLimits().over(r.context.Limits).within(r.flavour), DefaultJobLimit
	n := r.root.get("limits")
	if n == nil {
		return
	}
	o := r.object(n, "limits", append(limitKeys(), "job")...)
	r.spec.Limits = r.limits(o, r.spec.Limits, r.flavour)
	if v := o.get("job"); v != nil {
		r.spec.JobLimit, _ = r.duration(v, "job")
	}
}

// steps reads prepare and build.
func (r *reading) steps() {
	if n := r.root.get("prepare"); n != nil {
		inherited := r.spec.Limits
		inherited.CPU, inherited.Wall = defaultPrepareTime, 0
		for _, item := range r.list(n, "prepare", `[{run: "make -C drivers"}]`) {
			step, o := r.step(item, "a step of prepare", inherited)
			r.spec.Prepare, r.prepare = append(r.spec.Prepare, step), append(r.prepare, o)
		}
	}
	n := r.root.get("build")
	switch {
	case n == nil:
	case n.kind == kindString && n.text == "auto":
		r.spec.Auto = true
	case n.kind != kindList:
		r.fail(n, `build must be auto or a list of steps such as [{run: "make"}], not %s`, n.describe())
	default:
		for _, item := range r.list(n, "build", `[{run: "make"}]`) {
			step, _ := r.step(item, "a step of build", r.spec.Limits)
			r.spec.Build = append(r.spec.Build, step)
		}
	}
}

func (r *reading) step(n *node, what string, inherited Limits) (Step, *object) {
	o := r.object(n, what, append([]string{"name", "run"}, limitKeys()...)...)
	step := Step{Limits: r.limits(o, inherited, r.flavour)}
	if v := o.get("name"); v != nil {
		step.Name, _ = r.word(v, "name", maxName)
	}
	if v := o.get("run"); v != nil {
		step.Run = r.command(v, "run")
	} else if n.kind == kindMapping {
		r.fail(n, "%s needs run; write the command", what)
	}
	return step, o
}
