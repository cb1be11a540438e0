package course_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// TestDowntimeWords checks that only a downtime of 90 minutes around a due time gets the offer of a
// shift.
func TestDowntimeWords(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/Toronto")
	if err != nil {
		t.Fatal(err)
	}
	at := func(day, hour, minute, second int) time.Time {
		return time.Date(2026, 9, day, hour, minute, second, 0, zone)
	}
	spec, err := assignment.Parse([]byte("title: A\ndue: 2026-09-28 23:00\ntests: [{name: a, run: ./a}]\n"), assignment.Context{Zone: zone})
	if err != nil {
		t.Fatal(err)
	}
	away := schema.Downtime{Start: at(28, 22, 0, 40), End: at(28, 23, 30, 20)}
	offer := func(outage time.Duration) schema.Course {
		return schema.Course{Code: "comp1", Zone: "America/Toronto", Settings: schema.CourseSettings{Outage: outage}}
	}
	later := offer(time.Hour)
	later.Settings.Sections = map[string]schema.DueOffset{"L2": {Days: 1}}
	const words = "the server was away from 2026-09-28 22:00 to 23:30, when a1 was due or accepted late work; to move its due times for everybody: outage comp1 --start 2026-09-28 22:00 --length 91m"
	for name, c := range map[string]struct {
		course   schema.Course
		downtime schema.Downtime
		outages  []schema.Outage
		now      time.Time
		want     []string
	}{
		"around the due time":         {offer(30 * time.Minute), away, nil, at(29, 8, 0, 0), []string{words}},
		"just long enough":            {offer(89*time.Minute + 40*time.Second), away, nil, at(29, 8, 0, 0), []string{words}},
		"too short":                   {offer(2 * time.Hour), away, nil, at(29, 8, 0, 0), nil},
		"not asked for":               {offer(0), away, nil, at(29, 8, 0, 0), nil},
		"before the due time":         {offer(time.Hour), schema.Downtime{Start: at(28, 8, 0, 0), End: at(28, 22, 0, 0)}, nil, at(29, 8, 0, 0), nil},
		"around the due time of L2":   {later, schema.Downtime{Start: at(29, 22, 0, 0), End: at(29, 23, 30, 0)}, nil, at(30, 8, 0, 0), []string{"the server was away from 2026-09-29 22:00 to 23:30, when a1 was due or accepted late work; to move its due times for everybody: outage comp1 --start 2026-09-29 22:00 --length 90m"}},
		"recorded already":            {offer(time.Hour), away, []schema.Outage{{Start: at(28, 22, 0, 0), Length: 91 * time.Minute}}, at(29, 8, 0, 0), nil},
		"another outage was recorded": {offer(time.Hour), away, []schema.Outage{{Start: at(27, 22, 0, 0), Length: 91 * time.Minute}}, at(29, 8, 0, 0), []string{words}},
		"the last minute is not over": {offer(time.Hour), away, nil, at(28, 23, 30, 30), nil},
	} {
		got := course.DowntimeWords(c.course, []schema.Downtime{c.downtime}, c.outages, []course.Task{{Name: "a1", Spec: spec}}, c.now)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
