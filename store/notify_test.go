package store

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// hears adds a confirmed destination of a person.
func (b *bundle) hears(login string) {
	b.t.Helper()
	ctx := b.t.Context()
	d := ok(b.AddNoticeDestination(ctx, b.actor(login, ""), schema.NoticeDestination{Channel: schema.NoticeMail, Address: login + "@example.org", Topics: schema.NoticeTopics()}, course.MayAddDestination))(b.t)
	var code string
	for _, e := range ok(b.Outbox(ctx, 100))(b.t) {
		var is schema.Notice
		check(b.t, json.Unmarshal(e.Body, &is))
		if is.Destination == d.ID {
			code = is.Code
			check(b.t, b.Delivered(ctx, e))
		}
	}
	_, _, err := b.ConfirmNoticeDestination(ctx, b.actor(login, ""), code)
	check(b.t, err)
}

// notified empties the outbox and returns the logins with notices, sorted; a login occurs once for
// each notice.
func (b *bundle) notified() []string {
	b.t.Helper()
	logins := []string{}
	for _, e := range ok(b.Outbox(b.t.Context(), 100))(b.t) {
		var is schema.Notice
		check(b.t, json.Unmarshal(e.Body, &is))
		_, user, err := b.NoticeDestination(b.t.Context(), is.Destination)
		check(b.t, err)
		logins = append(logins, user.Login)
		check(b.t, b.Delivered(b.t.Context(), e))
	}
	slices.Sort(logins)
	return logins
}

// TestNoticesReachTheirStaff checks who is notified of a failing pool and of broken tests. People
// have roles in several courses, and each gets one notice.
func TestNoticesReachTheirStaff(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ctx := t.Context()
	other := b.addCourse("other")
	check(t, b.SetFlavours(ctx, schema.Operator(), "other", "small", []string{"large"}))
	root := ok(b.AddUser(ctx, schema.Operator(), schema.User{Login: "root", Admin: true}))(t)
	b.users["root"] = root
	b.enrol("tina", schema.RoleTA)
	for login, role := range map[string]schema.Role{"tina": schema.RoleTA, "otto": schema.RoleInstructor, "alice": schema.RoleTA, "sue": schema.RoleStudent} {
		check(t, b.Enrol(ctx, schema.Operator(), other, b.user(login), role))
	}
	b.enrol("alice", schema.RoleStudent)
	b.enrol("silent", schema.RoleTA) // has no destination
	for _, login := range []string{"root", "tina", "otto", "alice", "sue"} {
		b.hears(login)
	}
	for _, c := range []struct {
		flavour string
		want    []string
	}{
		{"standard", []string{"root", "tina"}},
		{"small", []string{"alice", "otto", "root", "tina"}},
		{"large", []string{"alice", "otto", "root", "tina"}},
		{"gpu", []string{"root"}},
	} {
		check(t, b.NotePools(ctx, schema.PoolNews{Failing: map[string]string{c.flavour: "no wall"}}))
		if got := b.notified(); !slices.Equal(got, c.want) {
			t.Errorf("pool %s: %v, want %v", c.flavour, got, c.want)
		}
	}
	v, _ := b.candidate(b.assignment)
	b.gate(v, schema.GateResult{})
	if got, want := b.notified(), []string{"tina"}; !slices.Equal(got, want) {
		t.Errorf("tests: %v, want %v", got, want)
	}
}
