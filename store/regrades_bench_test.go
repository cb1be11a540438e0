package store

import (
	"fmt"
	"testing"

	"github.com/grader/grader/schema"
)

// BenchmarkShowRegrade shows a set of 900 submissions.
func BenchmarkShowRegrade(b *testing.B) {
	s := newBundle(b)
	for i := range 900 {
		s.enrol(fmt.Sprintf("s%d", i), schema.RoleStudent)
		s.graded(fmt.Sprintf("s%d", i), 20)
	}
	set := ok(s.CreateRegrade(b.Context(), schema.Operator(), schema.NewRegrade{Assignment: s.assignment, Which: schema.RegradeCounted}))(b)
	for range 900 {
		s.finish(s.claim("standard"), 25)
	}
	set = ok(s.Regrade(b.Context(), set.ID))(b)
	for b.Loop() {
		if owners := ok(s.RegradedOwners(b.Context(), set))(b); len(owners) != 900 || owners[7].After.Final != "25" {
			b.Fatalf("%d owners, %+v", len(owners), owners[7])
		}
	}
}
