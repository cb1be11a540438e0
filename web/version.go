package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// Bounds of the comparison of two versions.
const (
	maxChanged  = 100       // files
	maxCompared = 128 << 10 // bytes of a file
)

// versionPath returns the path of the page of a version of an assignment's tests.
func versionPath(task string, number int) string {
	return testsPath(task) + "/versions/" + strconv.Itoa(number)
}

// serveVersion shows a version of the tests, its gate, and its changes.
func (s *testsPages) serveVersion(w http.ResponseWriter, r *http.Request, user schema.User) error {
	return s.renderVersion(w, r, user, nil)
}

func (s *testsPages) renderVersion(w http.ResponseWriter, r *http.Request, user schema.User, problem error) error {
	draft, gate, err := s.findVersion(r, user)
	if err != nil {
		return err
	}
	page := view.NewVersion(versionPath(draft.Path(), gate.Version.Number), gate, s.now(), draft.Course.Location())
	title := fmt.Sprintf("Version %d: %s", gate.Version.Number, draft.Path())
	page.Frame, page.Task = s.draftFrame(title, draft, "/-/tests"), draft.Path()
	page.Crumbs = append(page.Crumbs, view.NewCrumb("tests", testsPath(draft.Path())))
	page.Refresh = !gate.Ended()
	page.MayActivate = draft.Assignment.Active != nil && course.MayActivate(draft.Viewer(), draft.Path(), *draft.Assignment.Active, gate.Version) == nil
	if !page.Refresh {
		if page.Changes, err = s.changes(r.Context(), user, draft, gate.Version, &page); err != nil {
			return err
		}
	}
	return s.renderForm(w, r, "version", &page.Frame, &page, problem)
}

// findVersion returns the version in the path, if the user may see it.
func (s *testsPages) findVersion(r *http.Request, user schema.User) (classroom.Draft, schema.Gate, error) {
	number, err := idOf(r)
	if err != nil {
		return classroom.Draft{}, schema.Gate{}, err
	}
	if schema.Segment("course", r.PathValue("course")) != nil || schema.OwnerName("assignment", r.PathValue("assignment")) != nil {
		return classroom.Draft{}, schema.Gate{}, errNowhere()
	}
	draft, gate, err := s.Classroom.Drafts.Gate(r.Context(), s.actor(r, user), r.PathValue("course"), r.PathValue("assignment"), int(number))
	if err != nil {
		return draft, gate, hidden("version", err)
	}
	return draft, gate, nil
}

// changes returns the differences between a version and the one before it.
func (s *testsPages) changes(ctx context.Context, user schema.User, draft classroom.Draft, v schema.Version, page *view.Version) ([]view.FileChange, error) {
	if v.Number < 2 {
		return nil, nil
	}
	_, before, err := s.Classroom.Drafts.Gate(ctx, draft.Actor, draft.Course.Code, draft.Assignment.Name, v.Number-1)
	if err != nil {
		return nil, hidden("version", err)
	}
	page.Before = before.Version.Number
	paths, err := s.Trees.Changed(ctx, v.RepositoryID, before.Version.Commit, v.Commit, maxListed)
	if err != nil {
		return nil, hidden("files", err)
	}
	if page.More = len(paths) - maxChanged; page.More > 0 {
		paths = paths[:maxChanged]
	}
	var all []view.FileChange
	for _, path := range paths {
		old, oldErr := s.Handouts.ReadFile(ctx, v.RepositoryID, before.Version.Commit, path, maxCompared)
		text, newErr := s.Handouts.ReadFile(ctx, v.RepositoryID, v.Commit, path, maxCompared)
		change := view.FileChange{Path: path}
		for _, err := range []error{oldErr, newErr} {
			if err != nil && schema.CodeOf(err) != schema.CodeNotFound {
				change.Closed = "too large to compare"
			}
		}
		switch {
		case change.Closed != "":
		case !isText(old) || !isText(text):
			change.Closed = "not text"
		default:
			change.Lines = view.CompareLines(schema.Sanitize(string(old)), schema.Sanitize(string(text)))
		}
		change.Added, change.Removed = oldErr != nil && change.Closed == "", newErr != nil && change.Closed == ""
		all = append(all, change)
	}
	return all, nil
}

// activateVersion activates a version.
func (s *testsPages) activateVersion(w http.ResponseWriter, r *http.Request, user schema.User) error {
	draft, gate, err := s.findVersion(r, user)
	if err != nil {
		return err
	}
	if _, err := s.Classroom.Tests.Activate(r.Context(), draft.Actor, draft.Course.Code, draft.Assignment.Name, gate.Version.Number); err != nil {
		return s.renderVersion(w, r, user, err)
	}
	return done(w, r, versionPath(draft.Path(), gate.Version.Number), "activated")
}
