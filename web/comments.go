package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// comments returns the comments on a submission. If file is not "", it returns only those on that
// file.
func (s *submissionPages) comments(r *http.Request, v *sight, file string) (view.Comments, error) {
	said, err := s.Classroom.Comments.On(r.Context(), v.Actor, v.Sub.Name)
	if err != nil {
		return view.Comments{}, hidden("comments", err)
	}
	path := "/" + v.Sub.Name.String()
	viewer, name := v.Viewer().In(v.Sub.Name.Assignment), v.Sub.Name
	c := view.Comments{Path: path + "/-/comments", File: file, May: course.MayComment(viewer, name.Course, name.Owner) == nil}
	for _, one := range said.Comments {
		if file == "" || one.File == file {
			shown := view.NewComment(path, one, s.now(), v.Course.Location())
			shown.MayRemove = course.MayRemoveComment(viewer, name.Course, name.Owner, one.By) == nil
			c.List = append(c.List, shown)
		}
	}
	return c, nil
}

// addComment adds a comment to a submission, to one of its files or to a line.
func (s *submissionPages) addComment(w http.ResponseWriter, r *http.Request, user schema.User) error {
	v, err := s.look(r, user)
	if err != nil {
		return err
	}
	n := classroom.NewComment{Submission: v.Sub.Name, File: r.PostFormValue("file"), Text: r.PostFormValue("text")}
	if text := strings.TrimSpace(r.PostFormValue("line")); text != "" {
		if n.Line, err = strconv.Atoi(text); err != nil {
			return schema.Errorf(schema.CodeInvalid, "%q is not the number of a line", text)
		}
	}
	if _, err := s.Classroom.Comments.Add(r.Context(), v.Actor, n); err != nil {
		return err
	}
	to := "/" + v.Sub.Name.String()
	if n.File != "" {
		to = view.PathLink(to+"/-/files/", n.File)
	}
	return done(w, r, to, "commented")
}

// removeComment removes a comment.
func (s *submissionPages) removeComment(w http.ResponseWriter, r *http.Request, user schema.User) error {
	v, err := s.look(r, user)
	if err != nil {
		return err
	}
	id, err := idOf(r)
	if err != nil {
		return err
	}
	if _, err := s.Classroom.Comments.Remove(r.Context(), v.Actor, v.Sub.Name, id); err != nil {
		return err
	}
	return done(w, r, "/"+v.Sub.Name.String(), "uncommented")
}
