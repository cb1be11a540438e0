package command

import (
	"fmt"
	"testing"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

func TestEveryPageIsRead(t *testing.T) {
	t.Parallel()
	var there []schema.PublicSubmission
	for i := range 7 {
		there = append(there, schema.PublicSubmission{Name: fmt.Sprintf("c1/a1/alice/%d", i+1)})
	}
	at := map[string]int{"": 0, "c1/a1/alice/3": 3, "c1/a1/alice/6": 6, "c1/a1/alice/7": 7}
	reads := 0
	all, err := everyPage(classroom.SubmissionPage{Assignment: "c1/a1"}, func(a classroom.SubmissionPage) ([]schema.PublicSubmission, error) {
		reads++
		from := at[a.After]
		return there[from:min(from+3, 7)], nil
	})
	if err != nil || len(all) != 7 || reads != 4 || all[6].Name != "c1/a1/alice/7" {
		t.Errorf("%d of 7 in %d reads, %v", len(all), reads, err)
	}
	refused := schema.Errorf(schema.CodeUnavailable, "the server went away")
	if _, err := everyPage(classroom.SubmissionPage{}, func(classroom.SubmissionPage) ([]schema.PublicSubmission, error) { return nil, refused }); err == nil {
		t.Error("a page that could not be read is no error")
	}
}
