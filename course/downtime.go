package course

import (
	"fmt"
	"strings"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Task is an assignment of a course with its name and specification.
type Task struct {
	Name string
	Spec *assignment.Spec
}

// DowntimeWords describes to staff the downtimes for which course.yaml offers a shift: those of at
// least that length, without a recorded outage, that overlap a due time or a late period. Each
// entry names the command that moves the due times.
func DowntimeWords(c schema.Course, downtimes []schema.Downtime, outages []schema.Outage, tasks []Task, now time.Time) []string {
	var words []string
	for _, d := range downtimes {
		start := d.Start.Truncate(time.Minute)
		length := (d.End.Sub(start) + time.Minute - 1).Truncate(time.Minute)
		touched := touchedTasks(c, tasks, start, length)
		if c.Settings.Outage == 0 || d.End.Sub(d.Start) < c.Settings.Outage || len(touched) == 0 || recorded(outages, d) || start.Add(length).After(now) {
			continue
		}
		zone := c.Location()
		words = append(words, fmt.Sprintf("the server was away from %s to %s, when %s was due or accepted late work; to move its due times for everybody: outage %s --start %s --length %dm",
			start.In(zone).Format("2006-01-02 15:04"), moment(d.End.In(zone), start.In(zone)), strings.Join(touched, ", "),
			c.Code, start.In(zone).Format("2006-01-02 15:04"), length/time.Minute))
	}
	return words
}

// touchedTasks returns the names of the assignments that an outage of that length affects.
func touchedTasks(c schema.Course, tasks []Task, start time.Time, length time.Duration) []string {
	offsets := []schema.DueOffset{{}}
	for _, o := range c.Settings.Sections {
		offsets = append(offsets, o)
	}
	var names []string
	for _, t := range tasks {
		for _, o := range offsets {
			if ScheduleOf(ForSection(t.Spec, c.Location(), o), c.Location(), nil, nil).Touches(start, length) {
				names = append(names, t.Name)
				break
			}
		}
	}
	return names
}

// recorded reports whether a recorded outage covers part of a downtime.
func recorded(outages []schema.Outage, d schema.Downtime) bool {
	for _, o := range outages {
		if o.Start.Before(d.End) && o.Start.Add(o.Length).After(d.Start) {
			return true
		}
	}
	return false
}
