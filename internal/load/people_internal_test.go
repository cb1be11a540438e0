package load

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/grader/grader/internal/forecast"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// TestForecastOfRosters checks that the scheduler gets the due dates of the rosters' students in simulated time, including
// extensions.
func TestForecastOfRosters(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "grader.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	plan, err := Plan{Rosters: [][]schema.RosterRow{
		{{Line: 2, Login: "ada"}, {Line: 3, Login: "bob"}, {Line: 4, Login: "cy"}, {Line: 5, Login: "tim", Role: schema.RoleTA}},
		{{Line: 2, Login: "ada"}, {Line: 3, Login: "dee"}},
	}, Dues: []time.Duration{30 * time.Minute, 90 * time.Minute}, Extended: 1, Extension: time.Hour, Runners: 1, Jobs: 1, Crowded: 2, Speed: 20}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	p := pace{start: night, opened: night.Add(7 * time.Second), speed: plan.Speed}
	if _, err := newPeople(t.Context(), s, plan, p.start); err != nil {
		t.Fatal(err)
	}
	real := p.opened.Add(30 * time.Second) // ten minutes of the simulation
	f := paced{&forecast.Forecast{Tasks: s.Tasks, Clock: func() time.Time { return p.simulated(real) }}, p}
	got, err := f.Due(t.Context(), flavour, real, real.Add(3*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(got, func(a, b schema.DueDate) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Name, b.Name)) })
	// Work is due at the end of its minute, and ten minutes have passed.
	want := []schema.DueDate{
		{Name: "COURSE-1 A1", At: real.Add(21 * time.Minute), Students: 2 * 20},
		{Name: "COURSE-1 A1", At: real.Add(81 * time.Minute), Students: 1 * 20},
		{Name: "COURSE-2 A1", At: real.Add(81 * time.Minute), Students: 1 * 20},
		{Name: "COURSE-2 A1", At: real.Add(141 * time.Minute), Students: 1 * 20},
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if late, err := f.Due(context.Background(), flavour, real, real.Add(time.Hour)); err != nil || len(late) != 1 {
		t.Errorf("within an hour: %+v, %v; want one due date", late, err)
	}
}
