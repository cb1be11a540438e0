package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// serveOwner shows one owner's submissions, and leads COURSE/ASSIGNMENT/N to the
// asker's own submission of that number.
func (s *Server) serveOwner(w http.ResponseWriter, r *http.Request, user schema.User) error {
	m, err := s.memberOf(r, user)
	if err != nil {
		return err
	}
	owner := r.PathValue("owner")
	if n, err := strconv.Atoi(owner); err == nil && n > 0 {
		to := schema.SubmissionName{Course: m.Course.Code, Assignment: r.PathValue("assignment"), Owner: user.Login, Number: n}
		if schema.OwnerName("assignment", to.Assignment) != nil {
			return errNowhere()
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

func (s *Server) newOwnerPage(ctx context.Context, m member, name, owner string) (view.Owner, error) {
	if schema.OwnerName("owner", owner) != nil || schema.OwnerName("assignment", name) != nil {
		return view.Owner{}, errNowhere()
	}
	of := schema.SubmissionName{Course: m.Course.Code, Assignment: name, Owner: owner}
	if err := course.MaySee(course.OwnedBy(m.Viewer(), of.Owner), of); err != nil {
		return view.Owner{}, hidden("owner", err)
	}
	t, err := s.findTask(ctx, m, name)
	if err != nil {
		return view.Owner{}, err
	}
	list, err := s.ownTable(ctx, t, m, owner)
	if err != nil {
		return view.Owner{}, err
	}
	if len(list.Rows) == 0 && owner != m.Actor.User.Login {
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
