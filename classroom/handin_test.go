package classroom_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

const dueSoon = "title: Due\ndue: 2026-09-14 12:00\ntests:\n  - {name: greets, run: ./hello}\n"

// tryOut records a try-out by staff.
func (b *bundle) tryOut(name, login string) schema.GradedSubmission {
	b.t.Helper()
	a, err := b.store.Assignment(b.t.Context(), "comp1", name)
	check(b.t, err)
	sub, err := b.store.RecordSubmission(b.t.Context(), schema.Push{Intent: b.intent(a, schema.RepositoryOwn, login), Tree: strings.Repeat("5", 40), VersionID: a.Active.ID, Flavour: "standard", TryOut: true})
	check(b.t, err)
	return sub
}

// TestSubmitFor hands in a try-out of ida's for alice, with a time of receipt before the due time, and again without one.
func TestSubmitFor(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	room := classroom.New(classroom.Options{Store: b.store, Live: b, Clock: b.now, Trees: files{}})
	b.assignment("due", dueSoon)
	sub := b.tryOut("due", "ida")
	b.grade(schema.Result{Outcome: schema.OutcomeGraded})
	live := b.pushTo("due", "alice")
	b.pass(6 * time.Hour)
	hand := func(received string) schema.GradedSubmission {
		t.Helper()
		in, err := room.HandIns.Submit(t.Context(), b.actors["ida"], classroom.NewHandIn{Course: "comp1", Assignment: "due", Owner: "alice", Commit: sub.Commit, Received: received, Reason: "mailed at noon"})
		check(t, err)
		return in
	}
	woken := b.woken.Load()
	early := hand("2026-09-14 11:58")
	if early.Name.String() != "comp1/due/alice/2" || early.Kept || early.TryOut || early.Commit != sub.Commit || !early.ReceivedAt.Equal(time.Date(2026, 9, 14, 11, 58, 0, 0, time.UTC)) || b.woken.Load() == woken {
		t.Errorf("handed in %+v", early)
	}
	if j, err := b.store.Job(t.Context(), live.Job.ID); err != nil || j.Lane != schema.LaneInteractive {
		t.Errorf("alice's own push waits in lane %s, %v", j.Lane, err)
	}
	if e := b.last(); e.Action != "submission.submit-for" || e.Subject != "comp1/due/alice/2" || e.Actor != "ida" || e.Detail != "mailed at noon" {
		t.Errorf("audit entry %+v", e)
	}
	said, err := room.Comments.On(t.Context(), b.actors["alice"], early.Name)
	check(t, err)
	if len(said.Comments) != 1 || said.Comments[0].By != "ida" || said.Comments[0].Text != "Handed in for alice by the course staff, as received 2026-09-14 11:58: mailed at noon" {
		t.Errorf("alice reads %+v", said.Comments)
	}
	for _, score := range []int64{1, 2} {
		b.grade(schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Score: schema.NewPoints(score, 1), MaxScore: schema.NewPoints(2, 1)})
	}
	grades, err := room.Grades.List(t.Context(), schema.Operator(), "comp1", "alice")
	check(t, err)
	if len(grades) != 1 || grades[0].Number != 2 {
		t.Errorf("grades %+v", grades)
	}
	if late := hand(""); !late.Kept || late.Job.State != schema.StateCancelled {
		t.Errorf("handed in after the end: %+v", late)
	}
}

// TestSubmitForRefusals tries commits and owners that cannot be handed in.
func TestSubmitForRefusals(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	room := classroom.New(classroom.Options{Store: b.store, Live: b, Clock: b.now, Trees: files{}})
	b.assignment("teams", "title: T\nteam: {max: 2, formed_by: staff}\ntests:\n  - {name: greets, run: ./hello}\n")
	own, bobs, out := b.push("alice"), b.push("bob"), b.tryOut("a1", "ida")
	_, err := b.Teams.Create(t.Context(), b.actors["ida"], classroom.TeamArgs{Course: "comp1", Assignment: "teams", Team: "blue", Logins: []string{"alice"}})
	check(t, err)
	team := b.tryOut("teams", "ida")
	before := b.last()
	for name, c := range map[string]struct {
		change func(*classroom.NewHandIn)
		code   schema.Code
		says   string
	}{
		"no reason":       {func(n *classroom.NewHandIn) { n.Reason = "" }, schema.CodeInvalid, "needs a reason"},
		"a long reason":   {func(n *classroom.NewHandIn) { n.Reason = strings.Repeat("x", 5000) }, schema.CodeInvalid, "a reason has at most"},
		"the future":      {func(n *classroom.NewHandIn) { n.Received = "2030-01-01 00:00" }, schema.CodeInvalid, "received 2030-01-01 00:00 is in the future"},
		"no time":         {func(n *classroom.NewHandIn) { n.Received = "noon" }, schema.CodeInvalid, "noon"},
		"a short commit":  {func(n *classroom.NewHandIn) { n.Commit = out.Commit[:6] }, schema.CodeInvalid, "at least 7 digits"},
		"HEAD":            {func(n *classroom.NewHandIn) { n.Commit = "HEAD" }, schema.CodeInvalid, `"HEAD" is not a commit`},
		"several commits": {func(n *classroom.NewHandIn) { n.Commit = out.Commit[:20] }, schema.CodeInvalid, "is the beginning of several commits"},
		"bob's commit":    {func(n *classroom.NewHandIn) { n.Commit = bobs.Commit }, schema.CodeNotFound, "neither alice nor the staff pushed a commit"},
		"nobody's commit": {func(n *classroom.NewHandIn) { n.Commit = strings.Repeat("e", 40) }, schema.CodeNotFound, "push it to comp1/a1 first: what staff push is a try-out"},
		"staff":           {func(n *classroom.NewHandIn) { n.Owner = "tina" }, schema.CodeInvalid, "tina is not a student of comp1"},
		"nobody":          {func(n *classroom.NewHandIn) { n.Owner = "nobody" }, schema.CodeNotFound, "nobody"},
		"a team's member": {func(n *classroom.NewHandIn) { n.Assignment, n.Commit = "teams", team.Commit }, schema.CodeRefused, "alice works in team blue for comp1/teams; hand in for blue"},
		"no assignment":   {func(n *classroom.NewHandIn) { n.Assignment = "a9" }, schema.CodeNotFound, "there is no assignment comp1/a9"},
		"no owner":        {func(n *classroom.NewHandIn) { n.Owner = "" }, schema.CodeInvalid, "whose work for comp1/a1? Name a student or a team"},
	} {
		n := classroom.NewHandIn{Course: "comp1", Assignment: "a1", Owner: "alice", Commit: out.Commit, Reason: "mailed"}
		c.change(&n)
		if _, err := room.HandIns.Submit(t.Context(), b.actors["ida"], n); schema.CodeOf(err) != c.code || !strings.Contains(schema.MessageOf(err), c.says) {
			t.Errorf("%s: %v (%s), want %s %q", name, err, schema.CodeOf(err), c.code, c.says)
		}
	}
	if after := b.last(); after != before {
		t.Errorf("what was refused was written down: %+v", after)
	}
	_, err = b.Grades.Adjust(t.Context(), b.actors["ida"], "comp1", "a1", "", "+1", "for nobody")
	refused(t, err, schema.CodeInvalid, "Name a student or a team")
	for _, n := range []classroom.NewHandIn{
		{Course: "comp1", Assignment: "teams", Owner: "blue", Commit: team.Commit, Reason: "mailed"},
		{Course: "comp1", Assignment: "a1", Owner: "alice", Commit: own.Commit, Reason: "graded anew"},
	} {
		in, err := room.HandIns.Submit(t.Context(), b.actors["ida"], n)
		check(t, err)
		if in.Name.Owner != n.Owner || in.Commit != n.Commit {
			t.Errorf("handed in %+v", in)
		}
	}
}

// TestArchive archives the submissions that count now, and the submissions that counted before a second push, an
// extension and another student's push.
func TestArchive(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	trees := files{"a.c": "one\n", "sub/b.sh": "two\n"}
	room := classroom.New(classroom.Options{Store: b.store, Live: b, Clock: b.now, Trees: trees})
	b.assignment("due", dueSoon)
	result := func(score int64) {
		b.grade(schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Score: schema.NewPoints(score, 1), MaxScore: schema.NewPoints(9, 1)})
	}
	first := b.pushTo("due", "alice")
	result(1)
	b.pass(time.Hour) // 10:00
	b.tryOut("due", "ida")
	result(9)
	second := b.pushTo("due", "alice")
	result(2)
	b.pass(3 * time.Hour) // 13:00, after the end
	bobs := b.pushTo("due", "bob")
	_, err := b.Grades.Extend(t.Context(), b.actors["ida"], classroom.NewExtension{Course: "comp1", Assignment: "due", Owner: "bob", By: 5 * time.Hour})
	check(t, err)
	result(3)
	b.pass(time.Hour)

	gather := func(who, at string) classroom.Archive {
		t.Helper()
		archive, err := room.Archives.Gather(t.Context(), b.actors[who], classroom.ArchiveRequest{Course: "comp1", Assignment: "due", At: at})
		check(t, err)
		return archive
	}
	listed := func(a classroom.Archive) string {
		var all []string
		for _, w := range a.Works {
			all = append(all, w.Owner+" "+w.Commit[38:])
		}
		return strings.Join(all, ", ")
	}
	one, two := "alice "+first.Commit[38:], "alice "+second.Commit[38:]
	bob := "bob " + bobs.Commit[38:]
	for at, want := range map[string]string{"": two + ", " + bob, "2026-09-14 12:30": two, "2026-09-14 09:30": one, "2026-09-14 08:00": ""} {
		if got := listed(gather("tina", at)); got != want {
			t.Errorf("at %q: %q, want %q", at, listed(gather("tina", at)), want)
		}
	}
	_, err = room.Archives.Gather(t.Context(), b.actors["tina"], classroom.ArchiveRequest{Course: "comp1", Assignment: "due", At: "2030-01-01 00:00"})
	refused(t, err, schema.CodeInvalid, "at 2030-01-01 00:00 is in the future")

	var packed, zipped bytes.Buffer
	check(t, gather("ida", "").Write(t.Context(), trees, &packed, false))
	check(t, gather("ida", "").Write(t.Context(), trees, &zipped, true))
	wanted := []string{"MANIFEST.json", "alice/a.c", "alice/sub/b.sh", "bob/a.c", "bob/sub/b.sh"}
	var names []string
	for r := tar.NewReader(&packed); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		check(t, err)
		text, err := io.ReadAll(r)
		check(t, err)
		names = append(names, h.Name)
		switch h.Name {
		case "MANIFEST.json":
			var m classroom.Archive
			check(t, json.Unmarshal(text, &m))
			if m.Assignment != "comp1/due" || len(m.Works) != 2 || m.Works[0].Commit != second.Commit || m.Works[0].Number != 2 || len(m.Repository) != 0 {
				t.Errorf("manifest %s", text)
			}
		case "bob/sub/b.sh":
			if string(text) != "two\n" || h.Mode != 0o755 {
				t.Errorf("%s: %q, mode %o", h.Name, text, h.Mode)
			}
		}
	}
	if !slices.Equal(names, wanted) {
		t.Errorf("tar of %q", names)
	}
	z, err := zip.NewReader(bytes.NewReader(zipped.Bytes()), int64(zipped.Len()))
	check(t, err)
	names = nil
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	if !slices.Equal(names, wanted) {
		t.Errorf("zip of %q", names)
	}
	if err := gather("ida", "").Write(t.Context(), files{"broken": ""}, io.Discard, false); err == nil || !strings.Contains(err.Error(), "archive submission 2 of alice: ") {
		t.Errorf("a tree that cannot be read: %v", err)
	}
}
