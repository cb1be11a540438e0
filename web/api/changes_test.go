package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// TestChanges makes each kind of change and checks its effect and the actor in the audit log.
func TestChanges(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.graded("alice")
	const task = "/courses/comp1/assignments/a1"
	by := schema.Actor{Channel: schema.ChannelSSH}
	var err error
	by.User, err = b.store.UserByLogin(t.Context(), "alice")
	check(t, err)
	_, err = b.Notices.Add(t.Context(), by, classroom.NewDestination{Channel: schema.NoticeMail, Address: "alice@example.org"})
	check(t, err)
	for _, c := range []struct {
		who, method, path string
		body              any
		action            string // in the audit log
	}{
		{"ida", "POST", task + "/extensions", map[string]any{"owner": "alice", "by": "2d", "reason": "ill"}, "extension.add"},
		{"ida", "DELETE", task + "/extensions/1", nil, "extension.end"},
		{"tina", "POST", task + "/adjustments", map[string]any{"owner": "alice", "points": "+1", "reason": "good"}, "grade.adjust"},
		{"tina", "DELETE", task + "/adjustments/1", nil, "grade.unadjust"},
		{"ida", "POST", "/courses/comp1/outages", map[string]any{"start": "2026-01-01 10:00", "length": "90m"}, "outage.add"},
		{"ida", "PUT", "/courses/comp1/late-days", map[string]any{"late_days": 2}, "course.late-days"},
		{"ida", "POST", task + "/regrades", map[string]any{"which": "latest"}, "regrade.create"},
		{"ida", "POST", task + "/regrades/1/discard", nil, "regrade.discard"},
		{"ida", "PUT", task + "/publication", nil, "grade.publish"},
		{"ida", "DELETE", task + "/publication", nil, "grade.unpublish"},
		{"ida", "PUT", "/courses/comp1/roster/mallory", map[string]any{"role": "student"}, "course.enrol"},
		{"ida", "DELETE", "/courses/comp1/roster/mallory", nil, "course.unenrol"},
		{"ida", "POST", "/courses/comp1/roster-import", map[string]any{"data": []byte("login,name\nzoe,Zoe\n")}, "roster.import"},
		{"ida", "POST", task + "/submissions/alice/1/rerun", nil, "submission.rerun"},
		{"alice", "PUT", "/me/notifications/1/topics", map[string]any{"topics": []string{"regraded"}}, "notice.topics"},
		{"alice", "DELETE", "/me/notifications/1", nil, "notice.remove"},
		{"root", "PUT", "/pools/standard/mode", map[string]any{"mode": "paused", "reason": "new image"}, "pool.pause"},
		{"root", "PUT", "/pools/standard/size", map[string]any{"warm": 0, "max": 2}, "pool.resize"},
	} {
		got := b.ask(b.highest(c.who), c.method, c.path, c.body)
		if got.status != http.StatusOK && got.status != http.StatusNoContent {
			t.Errorf("%s %s: status %d: %s", c.method, c.path, got.status, got.body)
			continue
		}
		log, err := b.store.AuditLog(t.Context(), schema.AuditQuery{Actor: c.who, Action: c.action, Limit: 1})
		check(t, err)
		if len(log) != 1 || log[0].Channel != schema.ChannelAPI {
			t.Errorf("%s %s: audit log %+v", c.method, c.path, log)
		}
	}
	for path, body := range map[string]any{"/pools/standard/mode": map[string]any{"mode": "open"}, "/pools/standard/size": map[string]any{"max": 2}} {
		b.ask(b.token("root", schema.ScopeWrite), "PUT", path, body).refused(t, http.StatusForbidden, schema.CodeForbidden, "this needs admin")
	}
	ida := b.token("ida", schema.ScopeWrite)
	for _, c := range []struct {
		path string
		body any
		says string
	}{
		{task + "/extensions", map[string]any{"owner": "alice", "days": 2}, `unknown field \"days\"`},
		{task + "/extensions", map[string]any{"owner": 7}, "cannot be read"},
		{task + "/regrades", map[string]any{"which": "some"}, "use counted, latest or all"},
		{"/courses/comp1/outages", map[string]any{"start": "2026-01-01 10:00", "length": "long"}, "such as 90m"},
	} {
		if got := b.ask(ida, "POST", c.path, c.body); got.status != http.StatusBadRequest || !strings.Contains(got.body, c.says) {
			t.Errorf("%s %v: status %d: %s", c.path, c.body, got.status, got.body)
		}
	}
	large := b.ask(ida, "POST", task+"/extensions", `{"owner":"`+strings.Repeat("x", 1<<20+1)+`"}`)
	large.refused(t, http.StatusRequestEntityTooLarge, schema.CodeInvalid, "larger than 1 MiB")
}
