package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// serveOwner shows the submissions of one owner. It redirects COURSE/ASSIGNMENT/N to submission N
// of the user's own work.
func (s *studentPages) serveOwner(w http.ResponseWriter, r *http.Request, user schema.User) error {
	m, err := s.memberOf(r, user)
	if err != nil {
		return err
	}
	owner := r.PathValue("owner")
	if n, err := strconv.Atoi(owner); err == nil && n > 0 {
		t, err := s.findTask(r.Context(), m, r.PathValue("assignment"))
		if err != nil {
			return err
		}
		to := schema.SubmissionName{Course: m.Course.Code, Assignment: t.Name, Number: n}
		if to.Owner, err = s.Classroom.Work.OwnerOf(r.Context(), m, t.ID); err != nil {
			return err
		}
		http.Redirect(w, r, "/"+to.String(), http.StatusSeeOther)
		return nil
	}
	page, err := s.newOwnerPage(r.Context(), m, r.PathValue("assignment"), owner)
	if err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "owner", page)
}

func (s *studentPages) newOwnerPage(ctx context.Context, m member, name, owner string) (view.Owner, error) {
	if schema.OwnerName("owner", owner) != nil || schema.OwnerName("assignment", name) != nil {
		return view.Owner{}, errNowhere()
	}
	t, err := s.findTask(ctx, m, name)
	if err != nil {
		return view.Owner{}, err
	}
	access, err := s.Classroom.Work.Access(ctx, m.Viewer(), t.ID, owner)
	if err != nil {
		return view.Owner{}, err
	}
	if err := course.MaySee(access, schema.SubmissionName{Course: m.Course.Code, Assignment: name, Owner: owner}); err != nil {
		return view.Owner{}, hidden("owner", err)
	}
	terms, err := s.terms(ctx, t, owner)
	if err != nil {
		return view.Owner{}, err
	}
	_, counted, err := s.counted(ctx, t, owner, terms)
	if err != nil {
		return view.Owner{}, err
	}
	list, err := s.ownTable(ctx, t, m, owner, terms, counted)
	if err != nil {
		return view.Owner{}, err
	}
	if len(list.Rows)+len(list.Tries) == 0 && !access.Own() {
		return view.Owner{}, errNowhere()
	}
	list.Caption = "Submissions of " + owner
	page := view.Owner{
		Frame: s.newFrame(owner+": "+t.Title(), &m.Actor.User, view.NewCrumb(m.Course.Code, "/"+m.Course.Code), view.NewCrumb(t.Name, "/"+t.Path())),
		Owner: owner, Title: t.Title(), Table: list,
	}
	if m.Viewer().Staff() {
		page.Task = "/" + t.Path()
	}
	return page, nil
}
