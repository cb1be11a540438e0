package gitd

import (
	"testing"

	"github.com/grader/grader/schema"
)

// TestReceivingIsPerRepository checks that the retrier, with an older list of open intents, does not mistake a newer push that
// is resolved already for an orphan.
func TestReceivingIsPerRepository(t *testing.T) {
	t.Parallel()
	var all pushes
	p := &push{token: "t", row: schema.Repository{ID: 7}, intent: schema.Intent{ID: "new", RepositoryID: 7}}
	all.add(p)
	if !all.receiving(7) || all.receiving(8) {
		t.Errorf("receiving 7: %v, 8: %v", all.receiving(7), all.receiving(8))
	}
	all.remove(p)
	if all.receiving(7) {
		t.Error("receiving for ever")
	}
}
