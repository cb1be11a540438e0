package classroom

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// FileStore is the part of the store that the actions on course.yaml use.
type FileStore interface {
	reachStore
	// PreviewCourse returns the grades that a course.yaml would change, and changes nothing.
	PreviewCourse(ctx context.Context, c schema.Course, file assignment.CourseFile) ([]schema.GradeChange, error)
	// RecordCourse closes the intent of a push and applies its course.yaml, in one
	// transaction with its audit entry. If file is nil, the source is stored but not
	// applied. A second call for the same intent returns the same result.
	RecordCourse(ctx context.Context, by schema.Actor, p schema.Push, source []byte, file *assignment.CourseFile) (schema.CourseVersion, error)
	// CourseVersions returns the versions of a course.yaml, newest first, at most limit.
	CourseVersions(ctx context.Context, course int64, limit int) ([]schema.CourseVersion, error)
}

// Files implements the actions on course.yaml, which instructors push to COURSE/course.
type Files struct {
	store    FileStore
	flavours map[string]schema.Flavour // of the running server; nil: not known
	revoked  *Revocations
}

// CheckedFile is a course.yaml that could be applied.
type CheckedFile struct {
	File    assignment.CourseFile
	Changes []schema.GradeChange // grades that it would change
}

// Check parses the course.yaml of a push and returns the grades that it would change. The
// error is an *assignment.Invalid if the file has mistakes.
func (f *Files) Check(ctx context.Context, by schema.Actor, code string, files assignment.Files) (CheckedFile, error) {
	m, err := f.instructor(ctx, by, code)
	if err != nil {
		return CheckedFile{}, err
	}
	file, err := assignment.LoadCourse(files, f.context(m.Course))
	if err != nil {
		return CheckedFile{}, err
	}
	changes, err := f.store.PreviewCourse(ctx, m.Course, *file)
	return CheckedFile{File: *file, Changes: changes}, err
}

// Validate parses a course.yaml like a push, without computing the changes of grades. The error is
// an *assignment.Invalid with every mistake.
func (f *Files) Validate(ctx context.Context, by schema.Actor, code string, files assignment.Files) error {
	m, err := f.instructor(ctx, by, code)
	if err != nil {
		return err
	}
	_, err = assignment.LoadCourse(files, f.context(m.Course))
	return err
}

// Record stores a pushed course.yaml as the next version and applies it. If a newer program
// can no longer parse the file, Record stores it without applying it. It ends the open sessions and streams in
// the course of staff who see less than before.
func (f *Files) Record(ctx context.Context, by schema.Actor, c schema.Course, p schema.Push, source []byte) (schema.CourseVersion, error) {
	file, err := assignment.ParseCourse(source, f.context(c))
	if err != nil {
		file = nil
	}
	var recorded schema.CourseVersion
	err = changeReach(ctx, f.store, f.revoked, c, func() (err error) {
		recorded, err = f.store.RecordCourse(ctx, by, p, source, file)
		return err
	})
	return recorded, err
}

// CourseText implements assignment.Files for a repository that holds only a course.yaml.
type CourseText []byte

// List implements assignment.Files.
func (c CourseText) List() ([]assignment.File, error) {
	return []assignment.File{{Path: assignment.CourseFilename, Mode: 0o644, Size: int64(len(c))}}, nil
}

// Read implements assignment.Files.
func (c CourseText) Read(path string) ([]byte, error) {
	if path != assignment.CourseFilename {
		return nil, fs.ErrNotExist
	}
	return c, nil
}

// maxFileVersions is the maximum number of listed versions of a course.yaml.
const maxFileVersions = 50

// Versions lists the versions of a course's course.yaml, newest first, for its staff.
func (f *Files) Versions(ctx context.Context, by schema.Actor, code string) ([]schema.CourseVersion, error) {
	m, err := findMember(ctx, f.store, by, code)
	if err != nil {
		return nil, err
	}
	if err := course.MayUse(m.Viewer(), course.ActionFetch, schema.RepositoryPath{Kind: schema.RepositoryCourse, Course: code}); err != nil {
		return nil, err
	}
	all, err := f.store.CourseVersions(ctx, m.Course.ID, maxFileVersions)
	if err != nil {
		return nil, fmt.Errorf("list versions of course.yaml: %w", err)
	}
	return all, nil
}

func (f *Files) instructor(ctx context.Context, by schema.Actor, code string) (Member, error) {
	m, err := findMember(ctx, f.store, by, code)
	if err != nil {
		return m, err
	}
	return m, course.MayConfigure(m.Viewer(), code)
}

func (f *Files) context(c schema.Course) assignment.Context {
	return assignment.Context{Flavours: f.flavours, Flavour: c.Flavour}
}
