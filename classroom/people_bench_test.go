package classroom_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// BenchmarkImportRoster imports a roster of 10,000 people into an empty course.
func BenchmarkImportRoster(b *testing.B) {
	var csv strings.Builder
	csv.WriteString("login,student_id,name,email,section\n")
	for i := range 10_000 {
		fmt.Fprintf(&csv, "r%05d,%07d,Student %d,r%05d@uni.example,L%d\n", i, i, i, i, i%9)
	}
	for b.Loop() {
		st, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "grader.db"), store.Options{Clock: time.Now})
		check(b, err)
		room := classroom.New(classroom.Options{Store: st, Clock: time.Now})
		_, err = room.Courses.Add(b.Context(), schema.Operator(), classroom.NewCourse{Code: "comp1", Zone: "UTC", Flavour: "standard"})
		check(b, err)
		done, err := room.People.Import(b.Context(), schema.Operator(), classroom.ImportRequest{Course: "comp1", Data: []byte(csv.String())})
		check(b, err)
		if len(done.Changes) != 10_000 {
			b.Fatalf("%d changes", len(done.Changes))
		}
		check(b, st.Close())
	}
}
