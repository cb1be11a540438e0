package assignment

import (
	"cmp"
	"time"

	"github.com/grader/grader/schema"
)

// defaultLimits returns the limits of a step if the assignment sets none.
func defaultLimits() Limits {
	return Limits{CPU: 10 * time.Second, Memory: 256 << 20, Processes: 64, Output: 1 << 20, Disk: 64 << 20}
}

// gradescopeLimits returns the limits of a Gradescope autograder if the test sets none. They are
// those of a container at Gradescope.
func gradescopeLimits() Limits {
	return Limits{CPU: 10 * time.Minute, Wall: 10 * time.Minute, Memory: 768 << 20, Processes: 256, Output: 8 << 20, Disk: 512 << 20}
}

// DefaultJobLimit is the limit of a whole job if the assignment sets none.
const DefaultJobLimit = 15 * time.Minute

// defaultPrepareTime is the time limit of a step of prepare that sets none.
const defaultPrepareTime = 5 * time.Minute

// limitKeys returns the keys that limits and every step accept.
func limitKeys() []string {
	return []string{"time", "wall", "memory", "processes", "output", "disk"}
}

// limits reads the limits of o. Inherited limits fill in the rest.
func (d *decoder) limits(o *object, inherited Limits, flavour *schema.Flavour) Limits {
	l := inherited
	if n := o.get("time"); n != nil {
		l.CPU, _ = d.duration(n, "time")
	}
	if n := o.get("wall"); n != nil {
		l.Wall, _ = d.duration(n, "wall")
	}
	if n := o.get("memory"); n != nil {
		l.Memory = d.bounded(n, "memory", flavour, func(f *schema.Flavour) int64 { return f.Memory })
	}
	if n := o.get("output"); n != nil {
		l.Output, _ = d.size(n, "output")
	}
	if n := o.get("disk"); n != nil {
		l.Disk = d.bounded(n, "disk", flavour, func(f *schema.Flavour) int64 { return f.Scratch })
	}
	if n := o.get("processes"); n != nil {
		l.Processes = d.processes(n, flavour)
	}
	return l
}

// bounded reads a size and checks it against the flavour's maximum.
func (d *decoder) bounded(n *node, what string, flavour *schema.Flavour, of func(*schema.Flavour) int64) int64 {
	v, ok := d.size(n, what)
	if !ok || flavour == nil {
		return v
	}
	if most := of(flavour); most > 0 && v > most {
		d.fail(n, "%s %s is more than the flavour %s has; %s is the most", what, n.text, flavour.Name, sizeText(most))
	}
	return v
}

func (d *decoder) processes(n *node, flavour *schema.Flavour) int {
	v, ok := d.integer(n, "processes", 1, 1_000_000)
	if ok && flavour != nil && flavour.Processes > 0 && v > flavour.Processes {
		d.fail(n, "processes %d is more than the flavour %s has; %d is the most", v, flavour.Name, flavour.Processes)
	}
	return v
}

// over replaces limits with those that the course sets.
func (l Limits) over(course schema.StepLimits) Limits {
	l.CPU = cmp.Or(course.CPU, l.CPU)
	l.Wall = cmp.Or(course.Wall, l.Wall)
	l.Memory = cmp.Or(course.Memory, l.Memory)
	l.Processes = cmp.Or(course.Processes, l.Processes)
	l.Output = cmp.Or(course.Output, l.Output)
	l.Disk = cmp.Or(course.Disk, l.Disk)
	return l
}

// within lowers default limits to the flavour's maximum.
func (l Limits) within(flavour *schema.Flavour) Limits {
	if flavour == nil {
		return l
	}
	if flavour.Memory > 0 {
		l.Memory = min(l.Memory, flavour.Memory)
	}
	if flavour.Scratch > 0 {
		l.Disk = min(l.Disk, flavour.Scratch)
	}
	if flavour.Processes > 0 {
		l.Processes = min(l.Processes, flavour.Processes)
	}
	return l
}

// atLeast returns the larger of each limit. A derived wall limit stays derived.
func (l Limits) atLeast(m Limits) Limits {
	l.CPU = max(l.CPU, m.CPU)
	if l.Wall > 0 {
		l.Wall = max(l.Wall, m.Wall)
	}
	l.Memory = max(l.Memory, m.Memory)
	l.Processes = max(l.Processes, m.Processes)
	l.Output = max(l.Output, m.Output)
	l.Disk = max(l.Disk, m.Disk)
	return l
}
