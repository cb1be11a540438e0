package classroom_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// subscribe adds a confirmed destination of a person.
func (b *bundle) subscribe(login string, channel schema.NoticeChannel, address string, topics ...schema.NoticeTopic) schema.NoticeDestination {
	b.t.Helper()
	if len(topics) == 0 {
		topics = schema.NoticeTopics()
	}
	d, err := b.Notices.Add(b.t.Context(), b.actors[login], classroom.NewDestination{Channel: channel, Address: address, Topics: topics})
	check(b.t, err)
	code := b.codeOf(d)
	confirmed, owner, err := b.Notices.Confirm(b.t.Context(), schema.Actor{Channel: schema.ChannelWeb}, strings.ToLower(code))
	check(b.t, err)
	if confirmed.ID != d.ID || owner.Login != login {
		b.t.Fatalf("confirmed address %d of %s, want %d of %s", confirmed.ID, owner.Login, d.ID, login)
	}
	b.deliver()
	return confirmed
}

// codeOf returns the code that waits for a destination.
func (b *bundle) codeOf(d schema.NoticeDestination) string {
	b.t.Helper()
	for _, n := range b.waiting() {
		if n.Destination == d.ID && n.Topic == schema.NoticeConfirm {
			return n.Code
		}
	}
	b.t.Fatalf("no code waits for %s", d.Address)
	return ""
}

// waiting returns the notices in the outbox.
func (b *bundle) waiting() []schema.Notice {
	b.t.Helper()
	all, err := b.store.Outbox(b.t.Context(), 1000)
	check(b.t, err)
	var notices []schema.Notice
	for _, e := range all {
		var n schema.Notice
		check(b.t, json.Unmarshal(e.Body, &n))
		notices = append(notices, n)
	}
	return notices
}

// deliver empties the outbox and returns its messages by address, as subject and text.
func (b *bundle) deliver() map[string][]string {
	b.t.Helper()
	messages := map[string][]string{}
	all, err := b.store.Outbox(b.t.Context(), 1000)
	check(b.t, err)
	for _, e := range all {
		var n schema.Notice
		check(b.t, json.Unmarshal(e.Body, &n))
		m, dropped, err := b.Notices.Message(b.t.Context(), n)
		check(b.t, err)
		if dropped == "" {
			messages[m.To.Address] = append(messages[m.To.Address], m.Subject+"\n"+strings.Join(m.Text, "\n"))
		}
		check(b.t, b.store.Delivered(b.t.Context(), e))
	}
	return messages
}

// TestDroppedNoticesSayWhy takes away the reasons for notices while they wait.
func TestDroppedNoticesSayWhy(t *testing.T) {
	t.Parallel()
	for want, do := range map[string]func(*bundle, schema.NoticeDestination){
		"": func(*bundle, schema.NoticeDestination) {},
		"its person has switched off the topic verdict at this address": func(b *bundle, d schema.NoticeDestination) {
			_, err := b.Notices.Choose(b.t.Context(), b.actors["alice"], "", d.ID, []schema.NoticeTopic{schema.NoticeRegraded})
			check(b.t, err)
		},
		"the address 1 for notices was removed": func(b *bundle, d schema.NoticeDestination) {
			_, err := b.Notices.Remove(b.t.Context(), b.actors["alice"], "", d.ID)
			check(b.t, err)
		},
		"the account is disabled": func(b *bundle, _ schema.NoticeDestination) {
			_, err := b.Accounts.SetDisabled(b.t.Context(), b.actors["root"], "alice", true)
			check(b.t, err)
		},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t)
			d := b.subscribe("alice", schema.NoticeMail, "alice@example.org")
			b.deliver()
			b.push("alice")
			b.pass(course.LongWait)
			b.grade(cases("v1", true, true))
			waits := b.waiting()
			if len(waits) != 1 {
				t.Fatalf("%d notices wait, want 1", len(waits))
			}
			do(b, d)
			_, dropped, err := b.Notices.Message(t.Context(), waits[0])
			check(t, err)
			if dropped != want {
				t.Errorf("dropped: %q, want %q", dropped, want)
			}
		})
	}
}

// TestConfirmationSaysWhoAsked checks the message with a code, and that it is not sent after the code
// has expired.
func TestConfirmationSaysWhoAsked(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	_, err := b.Notices.Add(t.Context(), b.actors["alice"], classroom.NewDestination{Channel: schema.NoticeMail, Address: "alice@example.org"})
	check(t, err)
	is := b.waiting()[0]
	m, dropped, err := b.Notices.Message(t.Context(), is)
	check(t, err)
	want := []string{"alice asked for grading notices at this address.", "To confirm the address, open the page below, or over ssh: notify confirm " + is.Code,
		"The code is valid until " + b.now().Add(course.ConfirmationLife).UTC().Format("2006-01-02 15:04 MST") + ". If this was not you, ignore this message."}
	if diff := cmp.Diff(want, m.Text); diff != "" || dropped != "" {
		t.Errorf("dropped %q; %s", dropped, diff)
	}
	b.pass(course.ConfirmationLife)
	if _, dropped, err := b.Notices.Message(t.Context(), is); err != nil || dropped != "the code has expired" {
		t.Errorf("after the end of the code: %q, %v", dropped, err)
	}
}

// TestNoticesNeedAConfirmedChoice checks that people get no notices that they did not choose, or
// at an address that they did not confirm.
func TestNoticesNeedAConfirmedChoice(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	unconfirmed, err := b.Notices.Add(t.Context(), b.actors["alice"], classroom.NewDestination{Channel: schema.NoticeMail, Address: "alice@example.org"})
	check(t, err)
	b.subscribe("alice", schema.NoticeMail, "other@example.org", schema.NoticeRegraded)
	b.subscribe("bob", schema.NoticeMail, "bob@example.org")
	b.deliver()
	b.push("alice")
	b.pass(course.LongWait)
	b.grade(cases("v1", true, true))
	if got := b.deliver(); len(got) != 0 {
		t.Errorf("sent %v, want nothing: one address is not confirmed, one has another topic, one is another person's", got)
	}
	if unconfirmed.Confirmed() {
		t.Error("the address is confirmed without a code")
	}
}

// TestVerdictAfterLongWait checks that owners get notices only about verdicts after a long wait.
func TestVerdictAfterLongWait(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		waited time.Duration
		result schema.Result
		want   string
	}{
		{"soon", course.LongWait - time.Second, cases("v1", true, true), ""},
		{"late", course.LongWait, cases("v1", true, false), "comp1/a1: submission 1 was graded\nSubmission comp1/a1/alice/1 was graded after 10 minutes.\nScore: 1 of 2."},
		{"later", 65 * time.Minute, schema.Result{Outcome: schema.OutcomeCompileError}, "comp1/a1: submission 1 was graded\nSubmission comp1/a1/alice/1 was graded after 1 hour and 5 minutes.\nIt does not compile."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t)
			b.subscribe("alice", schema.NoticeMail, "alice@example.org", schema.NoticeVerdict)
			b.subscribe("tina", schema.NoticeMail, "tina@example.org")
			b.push("alice")
			b.pass(c.waited)
			b.grade(c.result)
			got := b.deliver()
			want := map[string][]string{}
			if c.want != "" {
				want["alice@example.org"] = []string{c.want}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestFailedSubmissionIsToldAsOurs checks the notice about a submission that failed because of the machines.
func TestFailedSubmissionIsToldAsOurs(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.subscribe("alice", schema.NoticeMail, "alice@example.org")
	b.push("alice")
	b.pass(course.LongWait)
	b.lose()
	if got := b.deliver()["alice@example.org"]; len(got) != 1 || !strings.Contains(got[0], "the machines failed, and nothing was charged") || strings.Contains(got[0], "was lost") {
		t.Errorf("%q", got)
	}
}

// TestNoticesHideHiddenTests compares the notices about hidden tests with the site.
func TestNoticesHideHiddenTests(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.subscribe("alice", schema.NoticeMail, "alice@example.org")
	b.assignment("hidden", hiddenSource)
	b.deliver()
	b.pushTo("hidden", "alice")
	b.pass(course.LongWait)
	b.grade(parted(9, 7, 3))
	got := b.deliver()["alice@example.org"]
	if len(got) != 1 || !strings.HasSuffix(got[0], "Score: 9 of 10.\n2 tests will be shown later.") {
		t.Fatalf("%q", got)
	}
	// A regrade that changes only hidden points sends no notice. A regrade that changes visible points sends the
	// visible score.
	for _, c := range []struct {
		result schema.Result
		want   []string
	}{
		{parted(9, 10, 10), nil},
		{parted(6, 10, 10), []string{"comp1/hidden: your score has changed\ncomp1/hidden: H\nThe staff graded submissions again, and your score has changed.\nIt is now 6 of 10."}},
	} {
		set, err := b.Regrades.Create(t.Context(), b.actors["ida"], classroom.NewRegrade{Course: "comp1", Assignment: "hidden", Reason: "again"})
		check(t, err)
		b.grade(c.result)
		_, err = b.Regrades.Apply(t.Context(), b.actors["ida"], set.ID)
		check(t, err)
		if diff := cmp.Diff(c.want, b.deliver()["alice@example.org"]); diff != "" {
			t.Error(diff)
		}
	}
}

// TestExtensionNotice checks that a notice contains the new due date, and is not sent after the extension was removed.
func TestExtensionNotice(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.subscribe("alice", schema.NoticeWebhook, "https://example.org/hook")
	b.assignment("due", "title: Due\ndue: 2026-09-20 12:00\ntests:\n  - {name: a, run: ./a}\n")
	b.deliver()
	grant := func() {
		_, err := b.Grades.Extend(t.Context(), b.actors["ida"], classroom.NewExtension{Course: "comp1", Assignment: "due", Owner: "alice", Due: "2026-09-25 18:00"})
		check(t, err)
	}
	grant()
	want := []string{"comp1/due: you have an extension\ncomp1/due: Due\nYou have an extension. It is now due 2026-09-25 18:00 (UTC)."}
	if diff := cmp.Diff(want, b.deliver()["https://example.org/hook"]); diff != "" {
		t.Error(diff)
	}
	grant()
	all, err := b.Grades.Extensions(t.Context(), b.actors["ida"], "comp1", "due")
	check(t, err)
	_, err = b.Grades.EndExtension(t.Context(), b.actors["ida"], "comp1", "due", all[len(all)-1].ID)
	check(t, err)
	if got := b.deliver(); len(got) != 0 {
		t.Errorf("sent %v about an extension that has ended", got)
	}
}

// TestBrokenTestsAreToldToStaffOnce checks the notices to staff about a failed gate, and about tests
// that fail on the work of several students.
func TestBrokenTestsAreToldToStaffOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, login := range []string{"alice", "tina", "ida", "root"} {
		b.subscribe(login, schema.NoticeMail, login+"@example.org", schema.NoticeTests)
	}
	for i := range course.ManyOwners + 2 {
		login := fmt.Sprintf("student%d", i)
		b.person(login, schema.RoleStudent)
		b.push(login)
		b.push(login) // the same owner twice
		if i == 1 {
			b.lose() // machine failures also count
		} else {
			b.grade(schema.Result{Outcome: schema.OutcomeGraderError})
		}
		b.grade(schema.Result{Outcome: schema.OutcomeGraderError})
		got, told := b.deliver(), i+1 == course.ManyOwners
		for _, address := range []string{"tina@example.org", "ida@example.org"} {
			if (len(got[address]) == 1) != told {
				t.Errorf("after %d students: %s got %q", i+1, address, got[address])
			}
		}
		if len(got["alice@example.org"])+len(got["root@example.org"]) > 0 {
			t.Errorf("people who are not staff were told: %v", got)
		}
	}
	a, err := b.store.Assignment(t.Context(), "comp1", "a1")
	check(t, err)
	_, _, err = b.store.RecordCandidate(t.Context(), schema.Push{Intent: b.intent(a, schema.RepositoryTests, "ida"), Tree: strings.Repeat("8", 40), Flavour: "standard"}, []byte(released))
	check(t, err)
	b.grade(schema.Result{Outcome: schema.OutcomeGraded, Gate: &schema.GateResult{}})
	if got := b.deliver()["tina@example.org"]; len(got) != 1 || !strings.HasPrefix(got[0], "comp1/a1: version 2 of the tests did not pass its gate\n") {
		t.Errorf("%q", got)
	}
}

// TestReplacedTestsAreNotTold checks that broken tests send no notice once another version is active.
func TestReplacedTestsAreNotTold(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.subscribe("tina", schema.NoticeMail, "tina@example.org", schema.NoticeTests)
	for i := range course.ManyOwners {
		login := fmt.Sprintf("student%d", i)
		b.person(login, schema.RoleStudent)
		b.push(login)
		b.grade(schema.Result{Outcome: schema.OutcomeGraderError})
	}
	a, err := b.store.Assignment(t.Context(), "comp1", "a1")
	check(t, err)
	_, _, err = b.store.RecordCandidate(t.Context(), schema.Push{Intent: b.intent(a, schema.RepositoryTests, "ida"), Tree: strings.Repeat("8", 40), Flavour: "standard"}, []byte(released))
	check(t, err)
	b.grade(schema.Result{Outcome: schema.OutcomeGraded, Gate: &schema.GateResult{}}) // fails
	b.assignment("a1", released)                                                      // the third version is active
	if got := b.deliver(); len(got) != 0 {
		t.Errorf("sent %v about tests that were replaced", got)
	}
}

// TestExtensionThatMovesNothing checks that an extension that ends before the due date sends no notice.
func TestExtensionThatMovesNothing(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.subscribe("alice", schema.NoticeMail, "alice@example.org")
	b.assignment("due", "title: Due\ndue: 2026-09-20 12:00\ntests:\n  - {name: a, run: ./a}\n")
	b.deliver()
	for _, c := range []struct {
		due  string
		told bool
	}{{"2026-09-25 18:00", true}, {"2026-09-22 18:00", false}, {"2026-09-25 18:00", false}, {"2026-09-26 18:00", true}} {
		_, err := b.Grades.Extend(t.Context(), b.actors["ida"], classroom.NewExtension{Course: "comp1", Assignment: "due", Owner: "alice", Due: c.due})
		check(t, err)
		if got := b.deliver(); (len(got) == 1) != c.told {
			t.Errorf("extended to %s: sent %v", c.due, got)
		}
	}
}

// TestExtensionOfTeamMember extends the due dates of members of a team. The whole team is told the
// team's due date, if it moves.
func TestExtensionOfTeamMember(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	members := []string{"alice", "bob"}
	for _, login := range []string{"alice", "bob", "carol"} {
		if b.actors[login].User.Login == "" {
			b.person(login, schema.RoleStudent)
		}
		b.subscribe(login, schema.NoticeMail, login+"@example.org", schema.NoticeExtension)
	}
	b.assignment("due", "title: Due\ndue: 2026-09-20 12:00\nteam: {max: 3, formed_by: staff}\ntests:\n  - {name: a, run: ./a}\n")
	_, err := b.Teams.Create(t.Context(), b.actors["ida"], classroom.TeamArgs{Course: "comp1", Assignment: "due", Team: "blue", Logins: members})
	check(t, err)
	b.deliver()
	for _, c := range []struct {
		owner, due string
		told       []string
		is         string // the due date of the owner's pushes after it
	}{
		{"alice", "2026-09-22 18:00", members, "2026-09-22 18:00"},
		{"bob", "2026-09-21 18:00", nil, "2026-09-22 18:00"},
		{"bob", "2026-09-23 18:00", members, "2026-09-23 18:00"},
		{"blue", "2026-09-24 18:00", members, "2026-09-24 18:00"},
		{"alice", "2026-09-24 12:00", nil, "2026-09-24 18:00"},
		{"carol", "2026-09-21 12:00", []string{"carol"}, "2026-09-21 12:00"},
	} {
		extended, err := b.Grades.Extend(t.Context(), b.actors["ida"], classroom.NewExtension{Course: "comp1", Assignment: "due", Owner: c.owner, Due: c.due})
		check(t, err)
		if got := extended.Due.Format("2006-01-02 15:04"); got != c.is {
			t.Errorf("%s until %s: the reply says due %s, want %s", c.owner, c.due, got, c.is)
		}
		want := map[string][]string{}
		for _, login := range c.told {
			want[login+"@example.org"] = []string{"comp1/due: you have an extension\ncomp1/due: Due\nYou have an extension. It is now due " + c.is + " (UTC)."}
		}
		if diff := cmp.Diff(want, b.deliver()); diff != "" {
			t.Errorf("%s until %s: %s", c.owner, c.due, diff)
		}
	}
}

// TestExtensionOfFormerMember grants an extension to a member who leaves before the notices are sent.
// Only the former member still has the extension.
func TestExtensionOfFormerMember(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	if b.actors["bob"].User.Login == "" {
		b.person("bob", schema.RoleStudent)
	}
	for _, login := range []string{"alice", "bob"} {
		b.subscribe(login, schema.NoticeMail, login+"@example.org", schema.NoticeExtension)
	}
	b.assignment("due", "title: Due\ndue: 2026-09-20 12:00\nteam: {max: 3, formed_by: staff}\ntests:\n  - {name: a, run: ./a}\n")
	team := classroom.TeamArgs{Course: "comp1", Assignment: "due", Team: "blue", Logins: []string{"alice", "bob"}}
	_, err := b.Teams.Create(t.Context(), b.actors["ida"], team)
	check(t, err)
	b.deliver()
	_, err = b.Grades.Extend(t.Context(), b.actors["ida"], classroom.NewExtension{Course: "comp1", Assignment: "due", Owner: "alice", Due: "2026-09-25 18:00"})
	check(t, err)
	team.Logins = []string{"alice"}
	_, err = b.Teams.Remove(t.Context(), b.actors["ida"], team)
	check(t, err)
	want := map[string][]string{"alice@example.org": {"comp1/due: you have an extension\ncomp1/due: Due\nYou have an extension. It is now due 2026-09-25 18:00 (UTC)."}}
	if diff := cmp.Diff(want, b.deliver()); diff != "" {
		t.Error(diff)
	}
}

// TestSkippedGateDoesNotHideFailures checks that a skipped gate sends no notice, but that staff get
// one when that version fails on submissions.
func TestSkippedGateDoesNotHideFailures(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.subscribe("tina", schema.NoticeMail, "tina@example.org", schema.NoticeTests)
	a, err := b.store.Assignment(t.Context(), "comp1", "a1")
	check(t, err)
	in := b.intent(a, schema.RepositoryTests, "ida", schema.SkipGate)
	_, _, err = b.store.RecordCandidate(t.Context(), schema.Push{Intent: in, Tree: strings.Repeat("8", 40), Flavour: "standard"}, []byte(released))
	check(t, err)
	b.grade(schema.Result{Outcome: schema.OutcomeGraded, Gate: &schema.GateResult{}})
	if got := b.deliver(); len(got) != 0 {
		t.Errorf("sent %v about a gate that was skipped", got)
	}
	for i := range course.ManyOwners {
		login := fmt.Sprintf("student%d", i)
		b.person(login, schema.RoleStudent)
		b.push(login)
		b.grade(schema.Result{Outcome: schema.OutcomeGraderError})
	}
	if got := b.deliver()["tina@example.org"]; len(got) != 1 || !strings.HasPrefix(got[0], "comp1/a1: the tests fail on submissions\n") || !strings.Contains(got[0], "Version 2 of the tests, which is active") {
		t.Errorf("%q, want that version 2 fails on submissions", got)
	}
}

// TestFailingPoolIsToldOncePerFailure checks that administrators and staff get a notice when
// runners could not be started for some time, but not after a short failure.
func TestFailingPoolIsToldOncePerFailure(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, login := range []string{"alice", "tina", "root"} {
		b.subscribe(login, schema.NoticeMail, login+"@example.org", schema.NoticePool)
	}
	const fails = "docker\r\nis not running"
	for _, c := range []struct {
		name  string
		looks []string // reason why runners cannot be started, by minute
		told  bool
	}{
		{"a moment", []string{fails, fails, "", "", ""}, false},
		{"on and off", []string{fails, fails, "", fails, fails, "", fails, fails, fails, ""}, false},
		{"it lasts", []string{fails, fails, fails, fails, fails, fails}, true},
		{"it goes on", []string{fails, fails, fails, fails, fails, fails}, false},
		{"another reason", []string{"no room", "no room", "no room", "no room", "no room", "no room"}, false},
		{"it works for a moment", []string{"", fails, "", "", fails, fails, fails, fails, fails, fails, fails}, false},
		{"it works again", []string{"", "", "", "", "", ""}, false},
		{"the next failure", []string{fails, fails, fails, fails, fails, fails}, true},
	} {
		got := map[string][]string{}
		for _, b.stalled = range c.looks {
			check(t, b.Notices.NotePools(t.Context()))
			for address, messages := range b.deliver() {
				got[address] = append(got[address], messages...)
			}
			b.pass(time.Minute)
		}
		for _, address := range []string{"tina@example.org", "root@example.org"} {
			if (len(got[address]) == 1) != c.told || c.told && !strings.HasSuffix(got[address][0], "\nReason: docker is not running") || len(got[address]) > 1 {
				t.Errorf("%s: %s got %q", c.name, address, got[address])
			}
		}
		if len(got["alice@example.org"]) > 0 {
			t.Errorf("a student was told %q", got)
		}
	}
}

// TestRecoveredPoolIsNotTold checks that a notice about a failure is dropped if the failure ends before it is sent.
func TestRecoveredPoolIsNotTold(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.subscribe("root", schema.NoticeMail, "root@example.org", schema.NoticePool)
	look := func(stalled string) {
		b.stalled = stalled
		for range 7 {
			check(t, b.Notices.NotePools(t.Context()))
			b.pass(time.Minute)
		}
	}
	look("no wall")
	if got := b.waiting(); len(got) != 1 || got[0].Flavour != "standard" {
		t.Fatalf("%+v waits", got)
	}
	look("")
	if got := b.deliver(); len(got) != 0 {
		t.Errorf("sent %v about a pool that works again", got)
	}
}

// TestPoolNoticeFollowsFlavours moves a course to another flavour while notices about its pool wait.
// Only administrators still get them.
func TestPoolNoticeFollowsFlavours(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, login := range []string{"tina", "root"} {
		b.subscribe(login, schema.NoticeMail, login+"@example.org", schema.NoticePool)
	}
	b.stalled = "no wall"
	for range 7 {
		check(t, b.Notices.NotePools(t.Context()))
		b.pass(time.Minute)
	}
	if got := len(b.waiting()); got != 2 {
		t.Fatalf("%d notices wait, want 2", got)
	}
	check(t, b.store.SetFlavours(t.Context(), schema.Operator(), "comp1", "small", nil))
	if got := b.deliver(); len(got) != 1 || len(got["root@example.org"]) != 1 {
		t.Errorf("sent %v, want one to root", got)
	}
}

// TestPausedPoolHasNotRecovered pauses a pool that fails. The pause neither ends the failure nor
// drops its notice, and people are notified once. It also does not count as failing.
func TestPausedPoolHasNotRecovered(t *testing.T) {
	t.Parallel()
	for _, mode := range []schema.PoolMode{schema.PoolPaused, schema.PoolDraining} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			b := newBundle(t)
			b.subscribe("root", schema.NoticeMail, "root@example.org", schema.NoticePool)
			look := func(mode schema.PoolMode, stalled string, times int) {
				b.mode, b.stalled = mode, stalled
				for range times {
					check(t, b.Notices.NotePools(t.Context()))
					b.pass(time.Minute)
				}
			}
			waits := func(when string, want int) {
				t.Helper()
				if got := b.waiting(); len(got) != want {
					t.Errorf("%s: %+v waits, want %d notices", when, got, want)
				}
			}
			look(schema.PoolOpen, "no wall", 4)
			look(mode, "", 7)
			look(schema.PoolOpen, "no wall", 4)
			waits("twice four minutes, and a pause between them", 0)
			look(schema.PoolOpen, "no wall", 3)
			waits("seven minutes after the pause", 1)
			look(mode, "", 7)
			if got := b.deliver()["root@example.org"]; len(got) != 1 {
				t.Errorf("sent %q during the pause, want the notice", got)
			}
			look(schema.PoolOpen, "no wall", 7)
			waits("the same failure after the pause", 0)
			look(schema.PoolOpen, "", 4)
			look(mode, "", 7)
			look(schema.PoolOpen, "no wall", 7)
			waits("it worked for four minutes before another pause", 0)
			look(schema.PoolOpen, "", 7)
			look(schema.PoolOpen, "no wall", 7)
			waits("the next failure", 1)
		})
	}
}

// TestNoticeAddressesAreLimited stops an account from sending codes to the addresses of others.
func TestNoticeAddressesAreLimited(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	add := func(address string) (schema.NoticeDestination, error) {
		return b.Notices.Add(t.Context(), b.actors["alice"], classroom.NewDestination{Channel: schema.NoticeMail, Address: address})
	}
	first, err := add("v@example.org")
	check(t, err)
	old := b.codeOf(first)
	for range course.MaxConfirmations - 1 {
		_, err := add("v@example.org") // replaces the previous one
		check(t, err)
	}
	_, err = add("v@example.org")
	refused(t, err, schema.CodeLimit, "try again tomorrow")
	if got := len(b.waiting()); got != 1 {
		t.Errorf("%d codes wait, want the last one", got)
	}
	_, _, err = b.Notices.Confirm(t.Context(), b.actors["alice"], old)
	refused(t, err, schema.CodeRefused, "add the address again")
	b.pass(course.ConfirmationPeriod + time.Second)
	again, err := add("v@example.org") // follows the advice of the errors
	check(t, err)
	_, _, err = b.Notices.Confirm(t.Context(), b.actors["alice"], b.codeOf(again))
	check(t, err)
	_, err = add("v@example.org")
	refused(t, err, schema.CodeConflict, "is one of your addresses already")
	for i := range course.MaxDestinations - 1 {
		b.pass(course.ConfirmationPeriod)
		_, err := add(fmt.Sprintf("v%d@example.org", i))
		check(t, err)
	}
	b.pass(course.ConfirmationPeriod)
	_, err = add("more@example.org")
	refused(t, err, schema.CodeLimit, "remove one first")
	_, err = b.Notices.Remove(t.Context(), b.actors["alice"], "", again.ID)
	check(t, err)
	_, err = add("more@example.org")
	check(t, err)
}

// TestNoticeCodeExpires checks that an expired code is refused.
func TestNoticeCodeExpires(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	d, err := b.Notices.Add(t.Context(), b.actors["alice"], classroom.NewDestination{Channel: schema.NoticeMail, Address: "alice@example.org"})
	check(t, err)
	code := b.codeOf(d)
	b.pass(course.ConfirmationLife)
	_, _, err = b.Notices.Confirm(t.Context(), b.actors["alice"], code)
	refused(t, err, schema.CodeRefused, "has expired")
	if got := b.deliver(); len(got) != 0 {
		t.Errorf("sent %v with a code that has expired", got)
	}
}

// TestNoticeCodeSaysHowLongItIsValid checks that the message contains the expiry of the code, and
// that a disabled account gets no code.
func TestNoticeCodeSaysHowLongItIsValid(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, login := range []string{"alice", "bob"} {
		_, err := b.Notices.Add(t.Context(), b.actors[login], classroom.NewDestination{Channel: schema.NoticeMail, Address: login + "@example.org"})
		check(t, err)
	}
	_, err := b.store.SetDisabled(t.Context(), schema.Operator(), b.actors["bob"].User, true)
	check(t, err)
	got := b.deliver()
	if all := got["alice@example.org"]; len(all) != 1 || !strings.Contains(all[0], "The code is valid until 2026-09-16 09:00 UTC.") || len(got) != 1 {
		t.Errorf("sent %v", got)
	}
}

// TestNoticesAreTheirOwners checks that people cannot change other people's addresses.
func TestNoticesAreTheirOwners(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	d := b.subscribe("alice", schema.NoticeMail, "alice@example.org")
	for _, login := range []string{"bob", "tina", "ida"} {
		_, err := b.Notices.List(t.Context(), b.actors[login], "alice")
		refused(t, err, schema.CodeForbidden)
		_, err = b.Notices.Remove(t.Context(), b.actors[login], "alice", d.ID)
		refused(t, err, schema.CodeForbidden)
		_, err = b.Notices.Remove(t.Context(), b.actors[login], "", d.ID)
		refused(t, err, schema.CodeNotFound)
		_, err = b.Notices.Choose(t.Context(), b.actors[login], "", d.ID, nil)
		refused(t, err, schema.CodeNotFound)
	}
	_, err := b.Notices.Add(t.Context(), schema.Operator(), classroom.NewDestination{Channel: schema.NoticeMail, Address: "x@example.org"})
	refused(t, err, schema.CodeForbidden)
	token := b.actors["alice"]
	token.Channel = schema.ChannelAPI
	_, err = b.Notices.Add(t.Context(), token, classroom.NewDestination{Channel: schema.NoticeMail, Address: "x@example.org"})
	refused(t, err, schema.CodeForbidden, "notify add email ADDRESS")
	_, err = b.Notices.Remove(t.Context(), schema.Operator(), "alice", d.ID)
	check(t, err)
	if last := b.last(); last.Action != "notice.remove" || last.Subject != "alice" || last.Actor != "operator" {
		t.Errorf("%+v", last)
	}
}

// TestUnsubscribeRemovesWhatWaits removes an address with its link, and the waiting notices.
func TestUnsubscribeRemovesWhatWaits(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	d := b.subscribe("alice", schema.NoticeMail, "alice@example.org")
	keeps := b.subscribe("alice", schema.NoticeMail, "second@example.org")
	b.push("alice")
	b.pass(course.LongWait)
	b.grade(cases("v1", true, true))
	secret := d.Unsubscribe
	for _, wrong := range []string{"", "x", secret + "x"} {
		_, err := b.Notices.Unsubscribe(t.Context(), schema.ChannelWeb, wrong)
		refused(t, err, schema.CodeNotFound)
	}
	_, err := b.Notices.Unsubscribe(t.Context(), schema.ChannelWeb, secret)
	check(t, err)
	if last := b.last(); last.Action != "notice.unsubscribe" || last.Actor != "alice" {
		t.Errorf("%+v", last)
	}
	if got := b.waiting(); len(got) != 1 || got[0].Destination != keeps.ID {
		t.Errorf("%v waits", got)
	}
	_, err = b.Notices.Unsubscribe(t.Context(), schema.ChannelWeb, secret)
	refused(t, err, schema.CodeNotFound)
}

// TestNoticesOfAPerson exports a person's addresses, and erases them with the waiting notices.
func TestNoticesOfAPerson(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.subscribe("alice", schema.NoticeMail, "private@example.org", schema.NoticeVerdict)
	b.subscribe("alice", schema.NoticeWebhook, "https://private.example.org/x")
	b.push("alice")
	b.pass(course.LongWait)
	b.grade(cases("v1", true, true))
	p, err := b.Erasures.Export(t.Context(), schema.Operator(), "alice")
	check(t, err)
	if len(p.Notices) != 2 || p.Notices[0].Address != "private@example.org" || !slices.Equal(p.Notices[0].Topics, []schema.NoticeTopic{schema.NoticeVerdict}) || p.Notices[0].ConfirmedAt.IsZero() {
		t.Errorf("%+v", p.Notices)
	}
	if len(b.waiting()) != 2 {
		t.Fatalf("%v waits, want a verdict for each address", b.waiting())
	}
	erased, err := b.Erasures.Erase(t.Context(), schema.Operator(), "alice", true)
	check(t, err)
	if got := b.waiting(); len(got) != 0 {
		t.Errorf("%v waits for an erased person", got)
	}
	log, err := b.Audit.Log(t.Context(), schema.Operator(), schema.AuditQuery{Subject: erased.Alias, Action: "notice.add", Limit: 100})
	check(t, err)
	if len(log) != 2 {
		t.Errorf("%d entries of addresses that were added, want 2", len(log))
	}
	for _, e := range log {
		if strings.Contains(e.Detail, "private") {
			t.Errorf("the audit log keeps the address: %+v", e)
		}
	}
}
