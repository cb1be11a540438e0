package course_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema/assignment"
)

func TestTiming(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/Toronto")
	if err != nil {
		t.Fatal(err)
	}
	at := func(month time.Month, day, hour, minute, second int) time.Time {
		return time.Date(2026, month, day, hour, minute, second, 0, zone)
	}
	spec := &assignment.Spec{Release: at(9, 14, 9, 0, 0), Due: at(9, 29, 0, 0, 0)}
	forever := &assignment.Spec{}
	cases := map[string]struct {
		spec     *assignment.Spec
		received time.Time
		want     course.Timing
	}{
		"the second before release":             {spec, at(9, 14, 8, 59, 59), course.Timing{Words: "opens 09:00"}},
		"a day before release":                  {spec, at(9, 13, 8, 0, 0), course.Timing{Words: "opens 2026-09-14 09:00"}},
		"the instant of release":                {spec, at(9, 14, 9, 0, 0), course.Timing{Released: true, Words: "due 2026-09-28 23:59: on time"}},
		"minutes before due":                    {spec, at(9, 28, 23, 41, 7), course.Timing{Released: true, Words: "due 23:59: on time"}},
		"the last nanosecond of the due minute": {spec, at(9, 29, 0, 0, 0).Add(-1), course.Timing{Released: true, Words: "due 23:59: on time"}},
		"the first instant after it":            {spec, at(9, 29, 0, 0, 0), course.Timing{Released: true, Closed: true, Words: "due 2026-09-28 23:59: closed just now"}},
		"seconds after it":                      {spec, at(9, 29, 0, 0, 30), course.Timing{Released: true, Closed: true, Words: "due 2026-09-28 23:59: closed 30 s ago"}},
		"minutes after it":                      {spec, at(9, 29, 0, 59, 30), course.Timing{Released: true, Closed: true, Words: "due 2026-09-28 23:59: closed 59 min ago"}},
		"hours after it":                        {spec, at(9, 30, 23, 0, 0), course.Timing{Released: true, Closed: true, Words: "due 2026-09-28 23:59: closed 47 h ago"}},
		"days after it":                         {spec, at(10, 29, 0, 0, 0), course.Timing{Released: true, Closed: true, Words: "due 2026-09-28 23:59: closed 30 days ago"}},
		"no times at all":                       {forever, at(9, 1, 0, 0, 0), course.Timing{Released: true, Words: "no due date"}},
		"an instant given in another zone":      {spec, at(9, 28, 23, 41, 7).UTC(), course.Timing{Released: true, Words: "due 23:59: on time"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, course.TimingOf(c.spec, course.ScheduleOf(c.spec, zone, nil, nil), c.received, 0)); diff != "" {
				t.Errorf("timing (-want +got):\n%s", diff)
			}
			if course.Released(c.spec, c.received) != c.want.Released {
				t.Error("Released disagrees with TimingOf")
			}
		})
	}
}
