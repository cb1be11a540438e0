package api

import (
	"errors"
	"strings"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// courseVersion is a version of a course.yaml.
type courseVersion struct {
	Number     int       `json:"number"`
	Commit     string    `json:"commit"`
	By         string    `json:"by"`
	ReceivedAt time.Time `json:"received_at"` // in the course's zone
	Applied    bool      `json:"applied"`
	Text       string    `json:"text"`
}

// newCourseFile is a course.yaml to check or to save.
type newCourseFile struct {
	Text   string `json:"text"`
	Base   string `json:"base,omitempty"` // the commit that the text is based on; 409 if a newer one exists
	DryRun bool   `json:"dry_run,omitempty"`
	// Confirm confirms the changes of grades, like git push -o confirm.
	Confirm bool `json:"confirm,omitempty"`
}

// checkedCourseFile lists what a course.yaml would change.
type checkedCourseFile struct {
	Changes []tables.GradeChange `json:"changes"` // of grades
	DryRun  bool                 `json:"dry_run,omitempty"`
}

func (a *API) courseFileRoutes() []route {
	return []route{
		list("/courses/{course}/course-file", "listCourseFiles", "The versions of course.yaml, newest first; for staff", listCourseFiles, func(v courseVersion) string { return number(v.Number) }),
		send("PUT", "/courses/{course}/course-file", "saveCourseFile", "Check course.yaml and save it as a push does; for instructors", saveCourseFile),
	}
}

func listCourseFiles(c *call) ([]courseVersion, error) {
	m, err := c.member()
	if err != nil {
		return nil, err
	}
	all, err := c.Classroom.Files.Versions(c.ctx(), c.by, m.Course.Code)
	versions := make([]courseVersion, 0, len(all))
	for _, v := range all {
		versions = append(versions, courseVersion{v.Number, v.Commit, v.Pusher, v.ReceivedAt.In(m.Course.Location()), v.Applied, string(v.Source)})
	}
	return versions, err
}

// unconfirmed adds the changed grades to err, and says how to confirm them.
func unconfirmed(err error, changes []schema.GradeChange) error {
	return schema.Wrapf(schema.CodeOf(err), err, "%s: %s. Nothing was saved. If this is meant, send \"confirm\": true beside the text",
		schema.MessageOf(err), strings.Join(course.GradeChangeLines(changes), "; "))
}

func saveCourseFile(c *call, n newCourseFile) (checkedCourseFile, error) {
	code := c.path("course")
	is, err := c.Classroom.Files.Check(c.ctx(), c.by, code, classroom.CourseText(n.Text))
	if invalid := new(assignment.Invalid); errors.As(err, &invalid) {
		return checkedCourseFile{}, schema.Wrapf(schema.CodeRefused, err, "%s", invalid)
	}
	if err != nil {
		return checkedCourseFile{}, err
	}
	if !n.DryRun {
		if err := course.ConfirmChanges(is.Changes, n.Confirm); err != nil {
			return checkedCourseFile{}, unconfirmed(err, is.Changes)
		}
		_, err = c.push(schema.Upload{
			Path: code + "/course", Base: n.Base, Confirm: n.Confirm,
			Files: []schema.UploadFile{{Path: assignment.CourseFilename, Data: []byte(n.Text)}}, Message: "Change course.yaml",
		})
	}
	return checkedCourseFile{Changes: tables.PublicGradeChanges(is.Changes), DryRun: n.DryRun}, err
}
