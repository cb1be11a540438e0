package store

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// TestErase erases a person with every kind of trace, and searches every byte of the database for
// traces.
func TestErase(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	zed := ok(b.AddUser(t.Context(), schema.Operator(), schema.User{Login: "zedzed", Name: "Zedekiah Zander", Email: "zander@uni.example"},
		schema.Key{Fingerprint: "SHA256:zedskey", Public: "ssh-ed25519 ZEDKEY", Comment: "zed@laptop"}))(t)
	b.users["zedzed"] = zed
	b.enrol("zedzed", schema.RoleStudent)
	check(t, ok2(b.ImportRoster(t.Context(), schema.Operator(), schema.RosterImport{Course: b.course, Expires: b.tick().Add(time.Hour),
		Rows: []schema.RosterRow{{Line: 2, Login: "zedzed", StudentID: "0042424242", Name: "Zedekiah Zander", Email: "zander@uni.example", Role: schema.RoleStudent}}})))
	sub := b.push("zedzed")
	j := b.claim("standard")
	ok(b.Append(t.Context(), j.ID, j.Attempt, 0, []schema.Event{{Kind: schema.EventStarted}, {Kind: schema.EventLine, Text: "compiled by zedzed"}}))(t)
	r := schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Score: schema.NewPoints(17, 1), MaxScore: schema.NewPoints(25, 1),
		Build: &schema.BuildResult{Output: "by Zedekiah Zander"}, Tests: []schema.TestResult{{Name: "greets", Score: schema.NewPoints(17, 1), MaxScore: schema.NewPoints(25, 1), Output: "hello zedzed"}}}
	ok(b.Finish(t.Context(), j.ID, j.Attempt, r, b.tick()))(t)
	check(t, b.Mark(t.Context(), b.actor("zedzed", "SHA256:zedskey"), b.assignment, sub.Submission))
	ok(b.Adjust(t.Context(), b.actor("ida", ""), b.assignment, "zedzed", schema.NewPoints(1, 1), "Zedekiah Zander was ill (zedzed)"))(t)
	ok(b.AddComment(t.Context(), b.actor("ida", ""), sub.Submission, schema.Comment{Text: "see me, Zedekiah Zander"}))(t)
	_, err := b.NewLoginToken(t.Context(), b.actor("zedzed", "SHA256:zedskey"), zed, b.tick().Add(time.Hour))
	check(t, err)
	b.leaveAtGitHub()
	for _, d := range []schema.NoticeDestination{{Channel: schema.NoticeMail, Address: "zander@home.example"}, {Channel: schema.NoticeWebhook, Address: "https://zander.example/hook"}} {
		ok(b.AddNoticeDestination(t.Context(), b.actor("zedzed", ""), d, course.MayAddDestination))(t)
	}
	for _, login := range []string{"zedzed", "bob"} {
		q, _ := b.apiRequest(login, "the key of "+login)
		check(t, b.AnswerAPIRequest(t.Context(), q.ID, false, []byte("an answer about zedzed")))
	}
	check(t, ok2(b.ChangePool(t.Context(), b.actor("zedzed", ""), "standard", "pool.pause", func(c *schema.PoolControl) error {
		c.Mode, c.Reason = schema.PoolPaused, "zedzed repairs it"
		return nil
	})))
	check(t, ok2(b.NewLoginToken(t.Context(), b.actor("zedzed", "SHA256:zedskey"), b.user("bob"), b.tick().Add(time.Hour)))) // link for another person
	group := b.addAssignment(b.course, "a2")
	b.team(group, "blue", "zedzed", "bob")
	team := b.teamPush(group, "blue", "zedzed", 5)
	other := b.push("alice")
	ok(b.AddComment(t.Context(), b.actor("zedzed", ""), other.Submission, schema.Comment{Text: "I sat beside zedzed"}))(t)

	repositories := ok(b.Erase(t.Context(), schema.Operator(), zed, "erased-1"))(t)
	if left := ok(b.Submission(t.Context(), team.Name))(t); left.Login != "erased-1" || left.Result == nil {
		t.Errorf("the team's submission: %+v", left)
	}
	if len(repositories) != 1 || repositories[0] != sub.Repository {
		t.Errorf("repositories %v, want %d", repositories, sub.Repository)
	}
	grade := ok(b.Grade(t.Context(), b.assignment.ID, "erased-1"))(t)
	if grade.Final.Cmp(schema.NewPoints(18, 1)) != 0 || grade.Number != 1 {
		t.Errorf("grade %+v", grade)
	}
	name := sub.Name
	name.Owner = "erased-1"
	left := ok(b.Submission(t.Context(), name))(t)
	if left.Login != "erased-1" || left.Result.Score.Cmp(schema.NewPoints(17, 1)) != 0 || left.Result.Tests[0].Name != "greets" || left.Result.Tests[0].Output != "" {
		t.Errorf("submission %+v, result %+v", left, left.Result)
	}
	_, err = b.Receipt(t.Context(), sub.ID)
	refused(t, err, schema.CodeNotFound, "no signed receipt")
	if all := b.receipts(); len(all) != 1 || all[0].Submission != other.Name {
		t.Errorf("receipts %+v", all)
	}
	if all := ok(b.Comments(t.Context(), sub.ID))(t); len(all) != 0 {
		t.Errorf("comments on erased work: %+v", all)
	}
	if all := ok(b.Comments(t.Context(), other.ID))(t); len(all) != 1 || all[0].By != "erased-1" || all[0].Text != "I sat beside erased-1" {
		t.Errorf("comments of an erased person: %+v", all)
	}
	user := ok(b.UserByLogin(t.Context(), "erased-1"))(t)
	if !user.Disabled || user.Name != "" || user.Email != "" {
		t.Errorf("account %+v", user)
	}
	if e := b.last(); e.Action != "user.erase" || e.Subject != "erased-1" {
		t.Errorf("audit entry %+v", e)
	}
	ok(b.Erase(t.Context(), schema.Operator(), user, "erased-1"))(t)
	b.keptAtGitHub()

	traces := []string{"zedzed", "zedekiah", "zander", "sha256:zedskey", "zedkey", "zed@laptop", "0042424242", "zedhub"}
	b.searched(traces)
	copied := t.TempDir() + "/copy.db"
	check(t, b.Backup(t.Context(), copied)) // a backup does not contain deleted rows
	bytes := string(ok(os.ReadFile(copied))(t))
	lower := strings.ToLower(bytes)
	for _, trace := range traces {
		if at := strings.Index(lower, trace); at >= 0 {
			t.Errorf("%q is still there: %q", trace, bytes[max(0, at-60):at+60])
		}
	}
	if !strings.Contains(bytes, "comp2402/a1/alice/1") && !strings.Contains(bytes, "alice") {
		t.Error("others are gone, too")
	}
}

// TestRemovedWebhookLeavesNoPause removes a webhook that does not answer, once between calls and once
// during a call.
func TestRemovedWebhookLeavesNoPause(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	d := ok(b.AddNoticeDestination(t.Context(), b.actor("alice", ""), schema.NoticeDestination{Channel: schema.NoticeWebhook, Address: "https://alice.example/hook"}, course.MayAddDestination))(t)
	e, _, err := b.TakeOutgoing(t.Context(), schema.OutgoingWebhook, nil, b.tick())
	check(t, err)
	postpone := func() {
		check(t, b.Postpone(t.Context(), e, schema.Postponement{Entry: e.Due, Receiver: b.tick().Add(time.Hour), Reason: "no answer"}))
	}
	pauses := func() []string {
		return ok(list(t.Context(), b.reader, value[string], `SELECT receiver FROM outbox_pauses`))(t)
	}
	postpone()
	equal(t, pauses(), []string{e.Receiver})
	ok(b.RemoveNoticeDestination(t.Context(), b.actor("alice", ""), b.user("alice"), d.ID))(t)
	if got := pauses(); len(got) != 0 {
		t.Errorf("%v is paused after it was removed", got)
	}
	postpone() // ends the running call
	if got := pauses(); len(got) != 0 {
		t.Errorf("%v is paused by a call that ended after it was removed", got)
	}
}

// TestOldNoticesAreRemoved checks that notices given up long ago are removed, but not entries for
// GitHub.
func TestOldNoticesAreRemoved(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	old := micros(b.tick().Add(-keepNotices - time.Minute))
	for i, kind := range []string{schema.OutgoingMail, schema.OutgoingWebhook, schema.OutgoingGitHubStatus} {
		check(t, b.Enqueue(t.Context(), schema.Outgoing{Kind: kind, Key: fmt.Sprint(i), Receiver: "r", Body: []byte("{}")}))
	}
	check(t, b.write(t.Context(), "age", func(tx *tx) error { _, err := tx.exec(t.Context(), `UPDATE outbox SET failed_at = ?`, old); return err }))
	check(t, b.Enqueue(t.Context(), schema.Outgoing{Kind: schema.OutgoingMail, Key: "new", Receiver: "r", Body: []byte("{}")}))
	e, _, err := b.TakeOutgoing(t.Context(), schema.OutgoingMail, nil, b.tick())
	check(t, err)
	check(t, b.GiveUp(t.Context(), e, "no such address"))
	kinds := ok(list(t.Context(), b.reader, value[string], `SELECT kind || ' ' || entry_key FROM outbox ORDER BY kind`))(t)
	equal(t, kinds, []string{schema.OutgoingGitHubStatus + " 2", schema.OutgoingMail + " new"})
}

// TestEraseKeepsWordsOfOthers erases a person whose GitHub logins are words that also occur in the
// records of others.
func TestEraseKeepsWordsOfOthers(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	bob := b.user("bob")
	for i, login := range []string{"late", "None"} {
		check(t, b.LinkGitHub(t.Context(), schema.Operator(), bob, schema.GitHubAccount{Host: "https://github.com", ID: int64(i + 1), Login: login}))
	}
	sub := b.push("alice")
	ok(b.AddComment(t.Context(), b.actor("ida", ""), sub.Submission, schema.Comment{Text: "Late, and none of it works"}))(t)
	ok(b.Adjust(t.Context(), b.actor("ida", ""), b.assignment, "alice", schema.NewPoints(1, 1), "late bus"))(t)
	ok(b.AddNoticeDestination(t.Context(), b.actor("alice", ""), schema.NoticeDestination{Channel: schema.NoticeMail, Address: "alice@example.org"}, course.MayAddDestination))(t)
	ok(b.Erase(t.Context(), schema.Operator(), bob, "erased-1"))(t)
	if all := ok(b.Comments(t.Context(), sub.ID))(t); len(all) != 1 || all[0].Text != "Late, and none of it works" {
		t.Errorf("comments %+v", all)
	}
	reasons := ok(list(t.Context(), b.reader, value[string], `SELECT reason FROM adjustments`))(t)
	equal(t, reasons, []string{"late bus"})
	befores := ok(list(t.Context(), b.reader, value[string], `SELECT before_value FROM audit WHERE action = 'notice.add'`))(t)
	equal(t, befores, []string{"none"})
	links := ok(list(t.Context(), b.reader, value[string], `SELECT before_value || '|' || after_value FROM audit WHERE action = 'user.link-github' ORDER BY rowid`))(t)
	equal(t, links, []string{"|erased-1", "erased-1|erased-1 erased-1"})
}

// TestEraseFormerGitHubLogins erases a person with a GitHub account that was renamed, one that was
// moved from another person here and renamed, and one that another person has now.
func TestEraseFormerGitHubLogins(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	link := func(login string, id int64, at string) {
		t.Helper()
		check(t, b.LinkGitHub(t.Context(), schema.Operator(), b.user(login), schema.GitHubAccount{Host: "https://github.com", ID: id, Login: at}))
	}
	link("bob", 1, "Bobby-Old")
	link("bob", 1, "bobnew")
	link("alice", 2, "moved")
	link("bob", 2, "moved")
	link("bob", 2, "moved2")
	link("bob", 3, "shared")
	link("alice", 3, "shared")
	old := schema.GitHubCommit{Repository: "comp2402-f26/a1-bobby-old", RepositoryID: 7, Commit: strings.Repeat("a", 40)}
	check(t, b.EnqueueGitHubStatus(t.Context(), schema.GitHubStatus{GitHubCommit: old, Refused: "late"}))
	links := func(subject string) []string {
		return ok(list(t.Context(), b.reader, value[string], `SELECT before_value || '|' || after_value FROM audit WHERE action = 'user.link-github' AND subject = ? ORDER BY rowid`, subject))(t)
	}
	bob := b.user("bob")
	for range 2 { // the second time, nothing is left to do
		ok(b.Erase(t.Context(), schema.Operator(), bob, "erased-1"))(t)
		equal(t, links("erased-1"), []string{
			"|erased-1", "erased-1|erased-1 erased-1", "erased-1 erased-1|erased-1 erased-1 erased-1", "erased-1 erased-1 erased-1|erased-1 erased-1",
		})
		equal(t, links("alice"), []string{"|erased-1", "erased-1|", "|shared"})
		if left := ok(b.Outbox(t.Context(), 10))(t); len(left) != 0 {
			t.Errorf("the outbox holds %+v", left)
		}
		bob.Login = "erased-1"
	}
}

// TestEraseKeepsStatusesOfOthers erases a person whose logins are words of the refusals that other
// people have not been sent yet. Only the refusals of the person's own pushes go.
func TestEraseKeepsStatusesOfOthers(t *testing.T) {
	t.Parallel()
	const late = "a push now is 1 day late; write [late] in the message of the last commit"
	for name, c := range map[string]struct {
		refusal  schema.GitHubStatus
		accounts []string
		login    string
		want     []string
	}{
		"a GitHub login is a word of it":          {schema.GitHubStatus{Refused: late, SenderID: 77}, []string{"late", "now"}, "bob", []string{late}},
		"stored without the sender":               {schema.GitHubStatus{Refused: late}, []string{"late", "now"}, "bob", []string{late}},
		"about another account":                   {schema.GitHubStatus{Refused: "GitHub account ada-late is not linked", SenderID: 77}, []string{"late"}, "bob", []string{"GitHub account ada-late is not linked"}},
		"about another account, without sender":   {schema.GitHubStatus{Refused: "the GitHub account late-ada is not linked to an account here"}, []string{"late"}, "bob", []string{"the GitHub account late-ada is not linked to an account here"}},
		"an account with the login that it had":   {schema.GitHubStatus{Refused: "GitHub account late is not linked", SenderID: 77}, []string{"late"}, "bob", []string{"GitHub account late is not linked"}},
		"of the person's push":                    {schema.GitHubStatus{Refused: late, SenderID: 2}, []string{"ada", "bobhub"}, "bob", nil},
		"about the person's account, old":         {schema.GitHubStatus{Refused: "the GitHub account LATE is not linked to an account here. Ask"}, []string{"late"}, "bob", nil},
		"names the person here":                   {schema.GitHubStatus{Refused: "ask bob to push it", SenderID: 77}, nil, "bob", []string{"ask erased-1 to push it"}},
		"names the person here, without a sender": {schema.GitHubStatus{Refused: "ask bob to push it"}, nil, "bob", []string{"ask erased-1 to push it"}},
	} {
		b := newBundle(t)
		for i, login := range c.accounts {
			check(t, b.LinkGitHub(t.Context(), schema.Operator(), b.user(c.login), schema.GitHubAccount{Host: "https://github.com", ID: int64(i + 1), Login: login}))
		}
		c.refusal.GitHubCommit = schema.GitHubCommit{Repository: "comp2402-f26/a1-ada", RepositoryID: 99, Commit: strings.Repeat("a", 40)}
		check(t, b.EnqueueGitHubStatus(t.Context(), c.refusal))
		ok(b.Erase(t.Context(), schema.Operator(), b.user(c.login), "erased-1"))(t)
		var told []string
		for _, e := range ok(b.Outbox(t.Context(), 10))(t) {
			var is schema.GitHubStatus
			check(t, json.Unmarshal(e.Body, &is))
			told = append(told, is.Refused)
		}
		if diff := cmp.Diff(c.want, told); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestEraseRemovesPushesOfStaff erases a student while pushes and statuses for repositories wait. What names the
// student's own repositories goes, whoever pushed. The repositories of others stay.
func TestEraseRemovesPushesOfStaff(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		repository string
		sender     int64 // 1: alice, an assistant; 2: bob himself; 3: ada-bob; 9: nobody here
		owner      string
		kept       bool
	}{
		"a push of staff into the student's repository":       {"a1-bob", 1, "", false},
		"the same, by the student's login at GitHub":          {"a1-BobHub", 1, "", false},
		"the status of a try-out of staff":                    {"a1-bob", 0, "alice", false},
		"a push of a stranger":                                {"a1-bob", 9, "", false},
		"a push of staff into the repository of somebody":     {"a1-ada-bob", 1, "", true},
		"the owner's push into it":                            {"a1-ada-bob", 3, "", true},
		"the status of the owner's work":                      {"a1-ada-bob", 0, "ada-bob", true},
		"a push of staff into the repository of a team":       {"a1-red-bob", 1, "", true},
		"a push of the student into the repository of a team": {"a1-red-bob", 2, "", true},
		"a push of staff into their own repository":           {"a1-alice", 1, "", true},
	} {
		b := newBundle(t)
		b.user("ada-bob")
		for login, is := range map[string]schema.GitHubAccount{"alice": {ID: 1, Login: "alicehub"}, "bob": {ID: 2, Login: "bobhub"}, "ada-bob": {ID: 3, Login: "adahub"}} {
			is.Host = "https://github.com"
			check(t, b.LinkGitHub(t.Context(), schema.Operator(), b.user(login), is))
		}
		check(t, b.write(t.Context(), "add a team", func(tx *tx) error {
			_, err := tx.exec(t.Context(), `INSERT INTO teams (assignment_id, name, actor, made_at) VALUES (?, 'red-bob', 'ada', 0)`, b.assignment.ID)
			return err
		}))
		at := schema.GitHubCommit{Repository: "comp2402-f26/" + c.repository, RepositoryID: 99, Commit: strings.Repeat("a", 40)}
		if c.owner == "" {
			_, err := b.ReceiveGitHubPush(t.Context(), schema.GitHubPush{GitHubCommit: at, Delivery: "d", SenderID: c.sender, Sender: "x", ReceivedAt: b.tick()})
			check(t, err)
		} else {
			check(t, b.EnqueueGitHubStatus(t.Context(), schema.GitHubStatus{GitHubCommit: at, Submission: schema.SubmissionName{Course: "comp2402", Assignment: "a1", Owner: c.owner, Number: 1}}))
		}
		ok(b.Erase(t.Context(), schema.Operator(), b.user("bob"), "erased-1"))(t)
		if left := ok(b.Outbox(t.Context(), 10))(t); (len(left) == 1) != c.kept {
			t.Errorf("%s: left %+v", name, left)
		}
	}
}

// TestEraseKeepsPushesOfEqualNames erases a student while a push of staff waits for a repository whose name can mean
// the student or somebody else.
func TestEraseKeepsPushesOfEqualNames(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		repository, at string // the repository, and the login at GitHub of another person
		kept           bool
	}{
		"another person has the student's login at GitHub":          {"a1-bob", "Bob", true},
		"another person has a longer one":                           {"a1-ada-bob", "ada-bob", true},
		"another person has a shorter one":                          {"a1-bob", "ob", false},
		"another person has the student's login at GitHub as login": {"a1-BobHub", "x", true},
		"a team has the student's login at GitHub as name":          {"a1-bobhub2", "x", true},
		"nobody else has it":                                        {"a1-bobhub3", "x", false},
	} {
		b := newBundle(t)
		b.user("bobhub")
		b.execute(`INSERT INTO teams (assignment_id, name, actor, made_at) VALUES (?, 'bobhub2', 'ada', 0)`, b.assignment.ID)
		for i, is := range [][2]string{{"alice", "alicehub"}, {"bob", "bobhub"}, {"bob", "bobhub2"}, {"bob", "bobhub3"}, {"carol", c.at}} {
			check(t, b.LinkGitHub(t.Context(), schema.Operator(), b.user(is[0]), schema.GitHubAccount{Host: "https://github.com", ID: int64(i + 1), Login: is[1]}))
		}
		at := schema.GitHubCommit{Repository: "comp2402-f26/" + c.repository, RepositoryID: 99, Commit: strings.Repeat("a", 40)}
		ok(b.ReceiveGitHubPush(t.Context(), schema.GitHubPush{GitHubCommit: at, Delivery: "d", SenderID: 1, Sender: "alicehub", ReceivedAt: b.tick()}))(t)
		ok(b.Erase(t.Context(), schema.Operator(), b.user("bob"), "erased-1"))(t)
		if left := ok(b.Outbox(t.Context(), 10))(t); (len(left) == 1) != c.kept {
			t.Errorf("%s: left %+v", name, left)
		}
	}
}

// TestEraseKeepsPushesOfTeams erases a student whose pushes into repositories of teams wait, or were refused. They
// stay for the other members, without the student.
func TestEraseKeepsPushesOfTeams(t *testing.T) {
	t.Parallel()
	for repository, kept := range map[string]bool{
		"a1-blue":   true,
		"a1-red-x1": true,  // named like the student at GitHub, and longer
		"a1-x2":     true,  // named like the student at GitHub and like their team
		"a1-x3":     false, // like a team of others
		"a1-x1":     false,
		"a1-carol":  false, // of another student: the push will be refused
	} {
		b := newBundle(t)
		for _, login := range []string{"x1", "x2", "x3"} {
			check(t, b.LinkGitHub(t.Context(), schema.Operator(), b.user("bob"), schema.GitHubAccount{Host: "https://github.com", ID: int64(login[1]), Login: login}))
		}
		b.team(b.addAssignment(b.course, "a2"), "blue", "alice", "bob")
		b.team(b.addAssignment(b.course, "a3"), "x2", "alice", "bob")
		b.team(b.addAssignment(b.course, "a4"), "red-x1", "alice", "bob")
		b.team(b.addAssignment(b.course, "a5"), "x3", "alice")
		at := schema.GitHubCommit{Repository: "o/" + repository, RepositoryID: 99, Commit: strings.Repeat("a", 40)}
		push := schema.GitHubPush{GitHubCommit: at, Delivery: "d", SenderID: '1', Sender: "x1", Late: true, Forced: true, ReceivedAt: b.tick(), PushedAt: time.Unix(7, 0).UTC()}
		ok(b.ReceiveGitHubPush(t.Context(), push))(t)
		refusal := schema.GitHubStatus{GitHubCommit: at, Refused: "GitHub account X1 is not linked. Ask bob", Page: "/p", SenderID: '1', Openly: true}
		check(t, b.EnqueueGitHubStatus(t.Context(), refusal))
		b.execute(`UPDATE outbox SET last_error = 'x1 and bob get no answer'`)
		user := b.user("bob")
		for range 2 { // the second time, nothing is left to do
			ok(b.Erase(t.Context(), schema.Operator(), user, "erased-1"))(t)
			left := ok(b.Outbox(t.Context(), 10))(t)
			if !kept {
				equal(t, len(left), 0)
				break
			}
			equal(t, len(left), 2)
			push.Sender, push.SenderID = "erased-1", 0
			refusal.Refused, refusal.SenderID = "GitHub account erased-1 is not linked. Ask erased-1", 0
			for _, e := range left {
				want := any(refusal)
				if e.Kind == schema.OutgoingGitHubPush {
					want = push
				}
				equal(t, string(e.Body), ok(encode(want))(t))
				equal(t, e.LastError, "erased-1 and erased-1 get no answer")
			}
			equal(t, ok(b.PublicAtGitHub(t.Context(), 99))(t), false) // the repository stays known
			user = ok(b.UserByLogin(t.Context(), "erased-1"))(t)
		}
	}
}

// leaveAtGitHub creates records of GitHub pushes by zed and by others.
func (b *bundle) leaveAtGitHub() {
	b.t.Helper()
	ctx := b.t.Context()
	for login, is := range map[string]schema.GitHubAccount{"zedzed": {ID: 26, Login: "ZedHub"}, "alice": {ID: 1, Login: "ada-zedhub"}, "bob": {ID: 2, Login: "zedzed"}} {
		is.Host = "https://github.com"
		check(b.t, b.LinkGitHub(ctx, schema.Operator(), b.user(login), is))
	}
	for _, account := range []struct{ login, is string }{{"zedzed", "oldname"}, {"bob", "oldname"}, {"bob", "newname"}} { // moved, then renamed at GitHub
		check(b.t, b.LinkGitHub(ctx, schema.Operator(), b.user(account.login), schema.GitHubAccount{Host: "https://github.com", ID: 3, Login: account.is}))
	}
	commits := 0
	commit := func(repository string) schema.GitHubCommit {
		commits++
		return schema.GitHubCommit{Repository: "comp2402-f26/" + repository, RepositoryID: int64(99 + commits), Commit: fmt.Sprintf("%040x", 1000+commits)}
	}
	for repository, owner := range map[string]string{"a1-zedhub": "zedzed", "a1-ZEDZED": "ida", "a1-ada-zedhub": "alice", "a1-oldname": "bob"} {
		check(b.t, b.AddGitHubCommit(ctx, commit(repository), b.assignment.ID, owner))
	}
	check(b.t, b.TellGitHub(ctx, commit("b7-zedhub"), "refused")) // without an assignment
	for i, c := range []schema.GitHubCommit{commit("a1-zedhub"), commit("a1-bob")} {
		check(b.t, b.EnqueueGitHubStatus(ctx, schema.GitHubStatus{GitHubCommit: c, Refused: "the GitHub account ZedHub is not linked to an account here"}))
		_, err := b.ReceiveGitHubPush(ctx, schema.GitHubPush{GitHubCommit: c, Delivery: fmt.Sprint("delivery-", i), SenderID: 26, Sender: "ZedHub", ReceivedAt: b.tick()})
		check(b.t, err)
	}
	for _, p := range []schema.GitHubPush{
		{GitHubCommit: commit("a1-ada-h"), Delivery: "delivery-ada", SenderID: 1, Sender: "ada-h"},
		{GitHubCommit: commit("a1-ada-zedhub"), Delivery: "delivery-alice", SenderID: 1, Sender: "ada-zedhub"},
		{GitHubCommit: commit("a1-oldname"), Delivery: "delivery-bob", SenderID: 3, Sender: "newname"},
	} {
		p.ReceivedAt = b.tick()
		_, err := b.ReceiveGitHubPush(ctx, p)
		check(b.t, err)
	}
	alices := schema.GitHubStatus{GitHubCommit: schema.GitHubCommit{Repository: "comp2402-f26/b7-ada-zedhub", RepositoryID: 9, Commit: "status-alice"}}
	alices.Submission = schema.SubmissionName{Course: "comp2402", Assignment: "a1", Owner: "alice", Number: 1}
	check(b.t, b.EnqueueGitHubStatus(ctx, alices))
	for _, e := range ok(b.Outbox(ctx, 10))(b.t) {
		check(b.t, b.GiveUp(ctx, e, "nobody answers ZedHub"))
	}
}

// keptAtGitHub checks that the data of others is still there, and removes data with zed's name.
func (b *bundle) keptAtGitHub() {
	b.t.Helper()
	ctx := b.t.Context()
	kept := ok(list(ctx, b.reader, value[string], `SELECT repository FROM github_commits ORDER BY repository`))(b.t)
	equal(b.t, kept, []string{"comp2402-f26/a1-ada-zedhub", "comp2402-f26/a1-oldname"})
	var waiting []string
	for _, e := range ok(b.Outbox(ctx, 10))(b.t) {
		waiting = append(waiting, e.Key)
	}
	slices.Sort(waiting)
	equal(b.t, waiting, []string{"9/status-alice", "delivery-ada", "delivery-alice", "delivery-bob"})
	logins := ok(b.GitHubLogins(ctx, "https://github.com", []string{"alice", "bob", "zedzed", "erased-1"}))(b.t)
	equal(b.t, logins, []string{"ada-zedhub", "newname", "zedzed"}) // bob has taken the login that the erased person had here
	check(b.t, b.write(ctx, "take others away", func(t *tx) error {
		for _, text := range []string{`DELETE FROM github_accounts`, `DELETE FROM github_commits`, `DELETE FROM outbox`, `DELETE FROM audit WHERE action = 'user.link-github' AND subject IN ('alice', 'bob')`} {
			if _, err := t.exec(ctx, text); err != nil {
				return err
			}
		}
		return nil
	}))
}

// searched searches every text of every table for traces.
func (b *bundle) searched(traces []string) {
	b.t.Helper()
	for _, c := range b.texts() {
		for _, text := range ok(list(b.t.Context(), b.reader, value[string], "SELECT"+" CAST("+c.name+" AS TEXT) FROM "+c.table+" WHERE "+c.name+" IS NOT NULL"))(b.t) {
			for _, trace := range traces {
				if strings.Contains(strings.ToLower(text), trace) {
					b.t.Errorf("%s.%s holds %q: %.200q", c.table, c.name, trace, text)
				}
			}
		}
	}
}

// texts returns the columns with text or bytes of every table.
func (b *bundle) texts() []place {
	b.t.Helper()
	return ok(list(b.t.Context(), b.reader, scanPlace, `SELECT x.name, c.name FROM sqlite_schema x JOIN pragma_table_info(x.name) c
		WHERE x.type = 'table' AND x.name NOT LIKE 'sqlite_%' AND c.type IN ('TEXT', 'BLOB') ORDER BY x.name, c.cid`))(b.t)
}

// TestEveryColumnIsConsidered fails for a column of a new table until somebody has decided whether
// it can name a person. If it can, Erase must empty it, and TestErase must leave a trace in it.
func TestEveryColumnIsConsidered(t *testing.T) {
	t.Parallel()
	b := open(t)
	considered := slices.Concat(mentionColumns(), nameColumns(), keyColumns())
	deleted := strings.Fields(`keys.fingerprint keys.public keys.comment sessions.hash sessions.key sessions.data sessions.id sessions.way sessions.browser
		tokens.hash tokens.kind api_tokens.hash api_tokens.name api_tokens.scope users.name users.email users.student_id github_accounts.host
		events.kind events.body comments.file receipts.body results.body outcomes.body summaries.body github_commits.repository github_commits.commit_hash github_commits.told
		notice_destinations.channel notice_destinations.address notice_destinations.topics notice_destinations.secret notice_destinations.unsubscribe notice_destinations.code_hash
		outbox.kind outbox.entry_key outbox.receiver outbox.body outbox.token outbox.last_error
		api_requests.key_hash api_requests.content_hash api_requests.scope api_requests.state api_requests.answer`)
	impersonal := strings.Fields(`adjustments.points assignments.name audit.action audit.channel audit.course course_versions.intent_id course_versions.commit_hash
		course_versions.tree_hash course_versions.source courses.code courses.title courses.zone courses.flavour courses.other_flavours courses.settings
		enrolments.role enrolments.section gate_parts.body gate_verdicts.body github_deliveries.delivery grades.score grades.max_score grades.state
		grades.deducted grades.adjusted grades.final grades.seen grades.team intents.id intents.channel intents.ref intents.old_hash intents.new_hash intents.options
		intents.state invitations.team job_counts.state jobs.kind jobs.flavour jobs.state jobs.runner measurements.flavour notice_marks.topic notice_marks.mark outbox_pauses.kind outcome_layouts.hash outcome_layouts.body
		outbox_pauses.receiver pool_controls.flavour pool_controls.mode publications.section queue_courses.flavour queue_owners.flavour queue_turns.flavour
		receipts.hash receipts.key regraded.tally regraded.changes regraded.before_tally regraded.before_final regraded.after_final regraded.before_seen
		regraded.after_seen regrades.which regrades.state repositories.kind runners.id runners.flavour runners.secret_hash runners.host runners.image
		runners.wall runners.version seats.team submissions.commit_hash submissions.tree_hash submissions.intent_id submissions.receipt submissions.tally
		teams.name tries.commit_hash tries.tree_hash tries.intent_id versions.intent_id versions.commit_hash versions.tree_hash versions.source
		versions.flavour versions.state versions.pins versions.limits`)
	for _, c := range b.texts() {
		name := c.table + "." + c.name
		if !slices.Contains(considered, c.name) && !slices.Contains(deleted, name) && !slices.Contains(impersonal, name) && !strings.HasPrefix(c.table, "goose_") {
			t.Errorf("can %s name a person? If so, have Erase empty it and TestErase leave a trace in it; then add it to the lists of this test", name)
		}
	}
}

// TestEraseWhileGrading tries to erase a person with work in the queue.
func TestEraseWhileGrading(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.push("alice")
	_, err := b.Erase(t.Context(), schema.Operator(), b.user("alice"), "erased-1")
	refused(t, err, schema.CodeRefused, "1 submissions of alice are being graded; wait until they have ended")
	if b.user("alice").Login != ok(b.User(t.Context(), b.user("alice").ID))(t).Login {
		t.Error("the account was changed")
	}
	b.finish(b.claim("standard"), 3)
	ok(b.Erase(t.Context(), schema.Operator(), b.user("alice"), "erased-1"))(t)
}

func ok2[T any](_ T, err error) error { return err }
