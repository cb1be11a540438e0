package store

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

// TestErase erases a person who left every kind of trace, and searches every byte of the
// database for them.
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
	other := b.push("alice")
	ok(b.AddComment(t.Context(), b.actor("zedzed", ""), other.Submission, schema.Comment{Text: "I sat beside zedzed"}))(t)

	repositories := ok(b.Erase(t.Context(), schema.Operator(), zed, "erased-1"))(t)
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

	copied := t.TempDir() + "/copy.db"
	check(t, b.Backup(t.Context(), copied)) // a backup does not contain deleted rows
	bytes := string(ok(os.ReadFile(copied))(t))
	for _, trace := range []string{"zedzed", "Zedekiah", "Zander", "zander@", "SHA256:zedskey", "ZEDKEY", "zed@laptop", "0042424242"} {
		if at := strings.Index(bytes, trace); at >= 0 {
			t.Errorf("%q is still there: %q", trace, bytes[max(0, at-60):at+60])
		}
	}
	if !strings.Contains(bytes, "comp2402/a1/alice/1") && !strings.Contains(bytes, "alice") {
		t.Error("others are gone, too")
	}
}

// TestEraseWhileGrading has work of the person in the queue.
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
