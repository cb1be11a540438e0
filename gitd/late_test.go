package gitd_test

import (
	"strings"
	"testing"
	"time"
)

// dueIn returns the YAML of a due date and a late period. The date is that many days from now at
// 23:59 in the course's zone. UNTIL in late is six days after due.
func dueIn(t *testing.T, days int, late string) string {
	t.Helper()
	zone, err := time.LoadLocation("America/Toronto")
	check(t, err)
	day := func(n int) string { return time.Now().In(zone).AddDate(0, 0, n).Format("2006-01-02") + " 23:59" }
	yaml := "due: " + day(days) + "\n"
	if late != "" {
		yaml += "late: " + strings.ReplaceAll(late, "UNTIL", day(days+6)) + "\n"
	}
	return yaml
}

// pushNew makes a new commit and pushes it.
func (b *bundle) pushNew(login, dir string, args ...string) result {
	b.t.Helper()
	b.commit(login, dir, map[string]string{"hello.c": time.Now().String()})
	return b.push(login, dir, args...)
}

func TestPushAfterEndIsKept(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(dueIn(t, 2, "") + assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.push("alice", "w").says(t, "submission 1", "23:59: on time", "2 / 2")
	b.clock.move(96 * time.Hour)
	r := b.pushNew("alice", "w")
	r.says(t, "submission 2", ": closed ", "Kept but not graded; it counts only if your instructor grants an", "/comp1/a1/alice/2")
	if r.status != 0 || strings.Contains(r.all(), "2 / 2") {
		t.Errorf("status %d: %s", r.status, r.all())
	}
	if r := b.pushNew("alice", "w", "-o", "exit-code", "grader", "main"); r.status == 0 {
		t.Error("with -o exit-code a push that is not graded has status 0")
	}
	b.ssh("alice", "status", "comp1/a1").says(t, "submission 1 counts: 2 / 2")
	for _, sub := range b.submissions("alice") {
		if sub.Kept != (sub.Name.Number > 1) {
			t.Errorf("submission %d: kept %v", sub.Name.Number, sub.Kept)
		}
	}
	// Staff may still push try-outs.
	b.tree("ida", "try", "comp1/a1", map[string]string{"hello.c": ""})
	b.push("ida", "try").says(t, "try-out 1 (not counted)", "2 / 2")
}

func TestKeptPushesAreLimited(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(dueIn(t, 2, "") + assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.clock.move(96 * time.Hour)
	b.push("alice", "w").says(t, "Kept but not graded")
	for range 19 {
		if r := b.pushNew("alice", "w"); r.status != 0 {
			t.Fatal(r.all())
		}
	}
	r := b.pushNew("alice", "w")
	r.says(t, "refused: comp1/a1 is closed: due ", "20 later pushes are kept already, and no more are.", "Ask the course staff", "Nothing was counted.")
	if r.status == 0 || len(b.submissions("alice")) != 20 {
		t.Errorf("status %d, %d submissions", r.status, len(b.submissions("alice")))
	}
}

func TestAssignmentRefusesPushesAfterEnd(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(dueIn(t, 2, "{after_end: refuse}") + assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.clock.move(96 * time.Hour)
	r := b.push("alice", "w")
	r.says(t, "refused: comp1/a1 is closed: due ", "Ask the course staff if you need more time.", "Nothing was counted.", "main -> main (refused)")
	if r.status == 0 || len(b.submissions("alice")) != 0 {
		t.Errorf("status %d, %d submissions", r.status, len(b.submissions("alice")))
	}
}

func TestLatePushSaysWhatItCosts(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(dueIn(t, 2, "{until: UNTIL, penalty: {percent: 10, per: day}}") + assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.clock.move(96 * time.Hour)
	b.ssh("alice", "status", "comp1/a1").says(t, "2 days late, 20 % off; nothing handed in")
	b.push("alice", "w").says(t, "2 days late, 20 % off", "2 / 2")
	b.ssh("alice", "status", "comp1/a1").says(t, "submission 1 counts: 2 / 2, 0.4 off for lateness: final 1.6")
}

// TestConsentToLateness follows the advice of the refusal.
func TestConsentToLateness(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(dueIn(t, 2, "{until: UNTIL, consent: true, penalty: {percent: 10, per: day}}") + assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.push("alice", "w").says(t, "submission 1", "2 / 2")
	b.clock.move(72 * time.Hour)
	r := b.pushNew("alice", "w")
	r.says(t, "refused: a push now is 1 day late, 10 % off; submission 1 counts so far, with 2 of", "git push -o late", "Nothing was counted.")
	if r.status == 0 || len(b.submissions("alice")) != 1 {
		t.Errorf("status %d, %d submissions", r.status, len(b.submissions("alice")))
	}
	b.push("alice", "w", "-o", "late", "grader", "main").says(t, "submission 2", "1 day late, 10 % off")
	b.ssh("alice", "status", "comp1/a1").says(t, "submission 1 counts: 2 / 2")
}

func TestSubmissionLimit(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(strings.Replace(assignmentYAML, "submissions: {", "submissions: {limit: {count: 2, per: day}, ", 1))
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.push("alice", "w").says(t, "submission 1 (1 of 2 today)")
	b.ssh("alice", "status", "comp1/a1").says(t, "1 of 2 pushes left today")
	if r := b.pushNew("alice", "w", "-o", "dry-run", "grader", "main"); !strings.Contains(r.all(), "would be accepted") {
		t.Error(r.all())
	}
	b.pushNew("alice", "w").says(t, "submission 2 (2 of 2 today)")
	r := b.pushNew("alice", "w")
	r.says(t, "refused: 2 of 2 submissions today are used. The next ones come at", "00:00", "Nothing was counted.")
	if r.status == 0 || len(b.submissions("alice")) != 2 {
		t.Errorf("status %d, %d submissions", r.status, len(b.submissions("alice")))
	}
	b.clock.move(25 * time.Hour)
	b.push("alice", "w").says(t, "submission 3 (1 of 2 today)")
}
