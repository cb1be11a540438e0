package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

// TestOperationsPage checks that staff see the plots of the measurements, with the same numbers in a table.
func TestOperationsPage(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	now := time.Now()
	for i := range 3 {
		measured := []schema.Measurement{{Flavour: "standard", Waiting: 10 + i, Busy: 3, Max: 4}}
		if err := s.ledger.Measure(t.Context(), now.Add(time.Duration(i-3)*time.Minute), measured); err != nil {
			t.Fatal(err)
		}
	}
	page := s.signIn("tina").page("/-/operations?over=hour")
	mustContain(t, page.text("main"), "Flavour standard", "Waiting jobs. waiting: last 12, at most 12.", "Busy runners. busy: last 75 %, at most 75 %.", "Verdicts per minute")
	if n := len(page.all("polyline")); n != 5 {
		t.Errorf("%d lines, want 5", n)
	}
	if n := len(page.all("tbody tr")); n < 2 || n > 3 {
		t.Errorf("%d rows", n)
	}
	if page := s.signIn("root").page("/-/operations?over=term"); !strings.Contains(page.text("main"), "at most 12") {
		t.Errorf("a term: %q", page.text("main"))
	}
	if got := s.signIn("root").get("/-/operations?over=year"); got.status != http.StatusBadRequest || !strings.Contains(got.body, "use hour, day or term") {
		t.Errorf("a year: status %d", got.status)
	}
	if got := s.signIn("alice").get("/-/operations"); got.status != http.StatusNotFound {
		t.Errorf("a student: status %d", got.status)
	}
	if page := s.signIn("root").page("/-/operations"); len(page.all("polyline")) != 5 {
		t.Error("a day is not the default")
	}
}
