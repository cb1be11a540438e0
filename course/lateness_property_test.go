package course_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// zones have offsets of half and quarter hours, changes by an hour and by half an hour, and a
// skipped day (Apia, 30 December 2011).
var zones = []string{"America/Toronto", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns", "UTC"}

// randomSpec returns an assignment due in that minute with a late period of up to 12 days.
func randomSpec(r *rand.Rand, due time.Time) *assignment.Spec {
	late := &assignment.Late{
		Until: due.Add(time.Duration(1+r.IntN(12*24)) * time.Hour),
		Grace: time.Duration(r.IntN(3)) * 17 * time.Minute,
		Penalty: &assignment.LatePenalty{
			Per: []assignment.LateUnit{assignment.PerDay, assignment.PerHour, assignment.PerOnce}[r.IntN(3)],
			Of:  []assignment.LateBase{assignment.OfEarned, assignment.OfMax}[r.IntN(2)],
		},
		Tokens: []int{0, 1, 3, assignment.AllTokens}[r.IntN(4)],
	}
	amount := schema.NewPoints(int64(1+r.IntN(40)), int64(1+r.IntN(3)))
	if r.IntN(2) == 0 {
		late.Penalty.Percent = amount
	} else {
		late.Penalty.Points = amount
	}
	if r.IntN(2) == 0 {
		most := schema.NewPoints(int64(1+r.IntN(60)), 1)
		late.Penalty.Max = &most
	}
	return &assignment.Spec{Due: due.Add(time.Minute), Late: late}
}

// randomDue returns a minute in a week in which the clocks of several zones change.
func randomDue(r *rand.Rand) time.Time {
	weeks := []time.Time{
		time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 29, 0, 0, 0, 0, time.UTC),
		time.Date(2026, 4, 2, 0, 0, 0, 0, time.UTC), time.Date(2011, 12, 27, 0, 0, 0, 0, time.UTC),
	}
	return weeks[r.IntN(len(weeks))].Add(time.Duration(r.IntN(6*24*60)) * time.Minute)
}

func TestFinalScoreNeverRisesWithReceiveTime(t *testing.T) {
	t.Parallel()
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		zone := zoneNamed(t, zones[r.IntN(len(zones))])
		due := randomDue(r)
		schedule := course.ScheduleOf(randomSpec(r, due), zone, nil, nil)
		score, most, tokens := schema.NewPoints(int64(r.IntN(101)), 1), schema.NewPoints(100, 1), r.IntN(4)
		received := due.Add(-time.Hour)
		before := schedule.Judge(received, score, most, tokens)
		for range 200 {
			received = received.Add(time.Duration(1+r.IntN(7200)) * time.Second)
			now := schedule.Judge(received, score, most, tokens)
			if now.Final.Cmp(before.Final) > 0 || now.Final.Sign() < 0 {
				t.Fatalf("seed %d: final %s at %s, after %s earlier", seed, now.Final, received, before.Final)
			}
			if now.State == schema.TimelinessLate && !now.Final.Add(now.Deducted).Equal(score) {
				t.Fatalf("seed %d: %s less %s is not %s", seed, score, now.Deducted, now.Final)
			}
			if now.Tokens > tokens {
				t.Fatalf("seed %d: %d late days spent of %d", seed, now.Tokens, tokens)
			}
			before = now
		}
	}
}

// TestDaysLateMatchCalendar finds the end of each day from the zone's local time, minute by minute.
func TestDaysLateMatchCalendar(t *testing.T) {
	t.Parallel()
	for _, name := range zones {
		zone := zoneNamed(t, name)
		for seed := range uint64(6) {
			r := rand.New(rand.NewPCG(seed, 2))
			due := randomDue(r)
			spec := randomSpec(r, due)
			spec.Late.Grace, spec.Late.Until = 0, due.Add(30*24*time.Hour)
			schedule := course.ScheduleOf(spec, zone, nil, nil)
			local := due.In(zone)
			for n := 1; n <= 5; n++ {
				last := lastShowing(dayOf(local, n), local, zone)
				for _, c := range []struct {
					received time.Time
					days     int
				}{{last.Add(59 * time.Second), n}, {last.Add(60 * time.Second), n + 1}} {
					if got := schedule.Judge(c.received, schema.NewPoints(1, 1), schema.NewPoints(1, 1), 0); got.Days != c.days {
						t.Errorf("%s, due %s, received %s: %d days, want %d", name, local, c.received.In(zone), got.Days, c.days)
					}
				}
			}
		}
	}
}

// dayOf returns the civil date n days after that of at.
func dayOf(at time.Time, n int) string {
	return time.Date(at.Year(), at.Month(), at.Day()+n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// lastShowing searches the minutes around the day and returns the last one whose local time has
// that date and due's time of day, or otherwise the first later one.
func lastShowing(date string, due time.Time, zone *time.Location) time.Time {
	want := date + due.Format(" 15:04")
	start, err := time.Parse("2006-01-02 15:04", want)
	if err != nil {
		panic(fmt.Sprint(err))
	}
	var exact, after time.Time
	for at := start.Add(-27 * time.Hour).Truncate(time.Minute); at.Before(start.Add(27 * time.Hour)); at = at.Add(time.Minute) {
		switch shown := at.In(zone).Format("2006-01-02 15:04"); {
		case shown == want:
			exact = at
		case shown > want && after.IsZero():
			after = at
		}
	}
	if exact.IsZero() {
		return after
	}
	return exact
}

// TestLedgerIgnoresOrder shuffles the works of people and teams and their submissions.
func TestLedgerIgnoresOrder(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 3))
		works := randomWorks(r, 4, 5)
		bank := map[string]int{"s0": 3, "s1": 2, "s2": 1, "s3": 0}
		want, wantLeft := course.Ledger(works, bank)
		for range 5 {
			r.Shuffle(len(works), func(i, j int) { works[i], works[j] = works[j], works[i] })
			for _, w := range works {
				r.Shuffle(len(w.Candidates), func(i, j int) { w.Candidates[i], w.Candidates[j] = w.Candidates[j], w.Candidates[i] })
				slices.Reverse(w.Members)
			}
			got, left := course.Ledger(works, bank)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("seed %d: (-first +shuffled)\n%s", seed, diff)
			}
			if diff := cmp.Diff(wantLeft, left); diff != "" {
				t.Fatalf("seed %d: (-first +shuffled)\n%s", seed, diff)
			}
		}
		for login, n := range wantLeft {
			if n < 0 {
				t.Errorf("seed %d: %s has %d late days", seed, login, n)
			}
		}
	}
}

// randomWorks returns the works of students s0, s1, …; s0 and s1 are a team in every second
// assignment.
func randomWorks(r *rand.Rand, students, assignments int) []course.Work {
	zone := time.UTC
	var works []course.Work
	for a := range assignments {
		due := randomDue(r)
		spec := randomSpec(r, due)
		schedule := course.ScheduleOf(spec, zone, nil, nil)
		for s := range students {
			w := course.Work{
				Assignment: fmt.Sprintf("a%d", a), Owner: fmt.Sprintf("s%d", s), Members: []string{fmt.Sprintf("s%d", s)},
				Schedule: schedule, MaxScore: schema.NewPoints(100, 1),
				Counts: []assignment.Counts{assignment.CountsBest, assignment.CountsLast, assignment.CountsMarked}[r.IntN(3)],
			}
			if a%2 == 0 && s == 1 {
				continue
			}
			if a%2 == 0 && s == 0 {
				w.Owner, w.Members = "team", []string{"s0", "s1"}
			}
			for n := range 1 + r.IntN(5) {
				w.Candidates = append(w.Candidates, course.Candidate{
					Number: n + 1, Received: due.Add(time.Duration(r.IntN(14*24*60)-24*60) * time.Minute),
					Score: schema.NewPoints(int64(r.IntN(101)), 1), MaxScore: w.MaxScore, Marked: n == 1,
				})
			}
			works = append(works, w)
		}
	}
	return works
}

// BenchmarkLedger computes a course of 1,000 students with 12 assignments and 20 submissions each.
func BenchmarkLedger(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 4))
	var works []course.Work
	bank := map[string]int{}
	for a := range 12 {
		due := randomDue(r)
		schedule := course.ScheduleOf(randomSpec(r, due), time.UTC, nil, nil)
		for s := range 1000 {
			login := fmt.Sprintf("s%d", s)
			bank[login] = 4
			w := course.Work{Assignment: fmt.Sprintf("a%d", a), Owner: login, Members: []string{login}, Schedule: schedule, Counts: assignment.CountsBest, MaxScore: schema.NewPoints(100, 1)}
			for n := range 20 {
				w.Candidates = append(w.Candidates, course.Candidate{
					Number: n + 1, Received: due.Add(time.Duration(r.IntN(6*24*60)-2*24*60) * time.Minute),
					Score: schema.NewPoints(int64(r.IntN(101)), 1), MaxScore: w.MaxScore,
				})
			}
			works = append(works, w)
		}
	}
	for b.Loop() {
		course.Ledger(works, bank)
	}
}
