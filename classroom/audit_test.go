package classroom_test

import (
	"testing"

	"github.com/grader/grader/schema"
)

// TestAuditPages reads pages of the audit log with and without older entries behind them.
func TestAuditPages(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, login := range []string{"alice", "bob"} {
		b.link(login, int64(len(login)))
	}
	for limit, want := range map[int]struct {
		entries int
		more    bool
	}{1: {1, true}, 2: {2, false}, 3: {2, false}, 10_000: {2, false}} {
		got, more, err := b.Audit.Page(t.Context(), schema.Operator(), schema.AuditQuery{Action: "user.link-github", Limit: limit})
		if err != nil || len(got) != want.entries || more != want.more || got[0].Subject != "bob" {
			t.Errorf("limit %d: %d entries, more: %v, %v", limit, len(got), more, err)
		}
	}
	for _, limit := range []int{0, -1, 10_001} {
		_, more, err := b.Audit.Page(t.Context(), schema.Operator(), schema.AuditQuery{Limit: limit})
		if refused(t, err, schema.CodeInvalid, "use 1 to 10000"); more {
			t.Errorf("limit %d: more follow", limit)
		}
	}
}
