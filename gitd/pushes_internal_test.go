package gitd

import (
	"testing"

	"github.com/grader/grader/schema"
)

// The retrier may hold an older list of what is open: it must not take the push of
// somebody who came meanwhile, and has settled it, for an orphan.
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
