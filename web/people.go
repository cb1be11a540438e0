package web

import (
	"encoding/base64"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// serveRoster lists the people of a course.
func (s *classPages) serveRoster(w http.ResponseWriter, r *http.Request, user schema.User) error {
	return s.renderRoster(w, r, user, nil)
}

func (s *classPages) renderRoster(w http.ResponseWriter, r *http.Request, user schema.User, problem error) error {
	m, err := s.memberOf(r, user)
	if err != nil {
		return err
	}
	all, err := s.Classroom.People.List(r.Context(), m.Actor, m.Course.Code)
	if err != nil {
		return hidden("roster", err)
	}
	page := view.NewRoster("/"+m.Course.Code+"/-/roster", all, rosterQuery(r))
	page.Frame, page.Form = s.courseFrame("Roster of "+m.Course.Code, m, "/-/roster"), formOf(r)
	page.May = course.MayChangeRoster(m.Viewer(), m.Course.Code) == nil
	return s.renderForm(w, r, "roster", &page.Frame, &page, problem)
}

func rosterQuery(r *http.Request) view.RosterQuery {
	q := view.RosterQuery{Find: r.URL.Query().Get("find")}
	if n, err := strconv.Atoi(r.URL.Query().Get("page")); err == nil {
		q.Page = n
	}
	return q
}

// enrol gives a person a role in a course.
func (s *classPages) enrol(w http.ResponseWriter, r *http.Request, user schema.User) error {
	role, err := schema.ParseRole(r.PostFormValue("role"))
	if err == nil {
		err = s.Classroom.Courses.Enrol(r.Context(), s.actor(r, user), r.PathValue("course"), strings.TrimSpace(r.PostFormValue("login")), role)
	}
	if err != nil {
		return s.renderRoster(w, r, user, err)
	}
	return done(w, r, "/"+r.PathValue("course")+"/-/roster", "enrolled")
}

// unenrol ends a person's enrolment.
func (s *classPages) unenrol(w http.ResponseWriter, r *http.Request, user schema.User) error {
	if err := s.Classroom.Courses.Unenrol(r.Context(), s.actor(r, user), r.PathValue("course"), strings.TrimSpace(r.PostFormValue("login"))); err != nil {
		return s.renderRoster(w, r, user, err)
	}
	return done(w, r, "/"+r.PathValue("course")+"/-/roster", "unenrolled")
}

// importRoster shows the changes that a roster would make, and makes them once they are confirmed.
func (s *classPages) importRoster(w http.ResponseWriter, r *http.Request, user schema.User) error {
	request, err := importRequest(r)
	var imported classroom.Imported
	if err == nil {
		imported, err = s.Classroom.People.Import(r.Context(), s.actor(r, user), request)
	}
	if err != nil {
		return s.renderRoster(w, r, user, err)
	}
	m, err := s.memberOf(r, user)
	if err != nil {
		return err
	}
	page := view.NewImported("/"+m.Course.Code+"/-/roster", request, imported)
	page.Frame = s.courseFrame("Import into "+m.Course.Code, m, "/-/roster")
	page.Columns, page.Pad = r.PostFormValue("columns"), r.PostFormValue("pad")
	return s.render(w, http.StatusOK, "imported", &page)
}

func importRequest(r *http.Request) (classroom.ImportRequest, error) {
	request := classroom.ImportRequest{
		Course: r.PathValue("course"), DropMissing: r.PostFormValue("drop_missing") != "", DryRun: r.PostFormValue("confirmed") == "",
	}
	var err error
	if request.Data, err = fileOrCopy(r, "file", "data"); err != nil {
		return request, err
	}
	if request.Data == nil {
		return request, schema.Errorf(schema.CodeInvalid, "choose the file of the roster")
	}
	if request.Columns, err = columnsOf(r.PostFormValue("columns")); err != nil {
		return request, err
	}
	if text := strings.TrimSpace(r.PostFormValue("pad")); text != "" {
		if request.Pad, err = strconv.Atoi(text); err != nil || request.Pad < 0 || request.Pad > 20 {
			return request, schema.Errorf(schema.CodeInvalid, "%q is not a number of digits; use 0 to 20", text)
		}
	}
	return request, nil
}

// maxFile bounds one file of a form. Its base64 copy must fit into the next form.
const maxFile = 8 << 20

// fileOrCopy returns the file of a field, or the copy that an earlier page put into another field.
// It returns nil if there is neither.
func fileOrCopy(r *http.Request, field, copied string) ([]byte, error) {
	if text := r.PostFormValue(copied); text != "" {
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, schema.Errorf(schema.CodeInvalid, "the copy of the file is damaged; choose the file again")
		}
		return data, nil
	}
	header := file(r, field)
	if header == nil {
		return nil, nil
	}
	if header.Size > maxFile {
		return nil, schema.Errorf(schema.CodeInvalid, "the file has %s; at most %s are read", schema.Size(header.Size), schema.Size(maxFile))
	}
	f, err := header.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// columnsOf parses lines such as "login=Kennung".
func columnsOf(text string) (map[string]string, error) {
	columns := make(map[string]string)
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		name, heading, ok := strings.Cut(line, "=")
		if !ok {
			return nil, schema.Errorf(schema.CodeInvalid, "%q names no column; write a line such as login=Kennung", line)
		}
		columns[strings.TrimSpace(name)] = strings.TrimSpace(heading)
	}
	return columns, nil
}

// serveAudit lists the audit log of a course.
func (s *classPages) serveAudit(w http.ResponseWriter, r *http.Request, user schema.User) error {
	m, err := s.memberOf(r, user)
	if err != nil {
		return err
	}
	form := formOf(r, "actor", "action", "subject")
	const most = 200
	all, more, err := s.Classroom.Audit.Page(r.Context(), m.Actor, schema.AuditQuery{
		Course: m.Course.Code, Actor: strings.TrimSpace(form["actor"]), Action: strings.TrimSpace(form["action"]), Subject: strings.TrimSpace(form["subject"]), Limit: most,
	})
	if err != nil {
		return hidden("audit log", err)
	}
	page := view.Audit{
		Frame: s.courseFrame("Audit log of "+m.Course.Code, m, "/-/audit"), Path: "/" + m.Course.Code + "/-/audit", Form: form,
		List: view.NewAudit(all, s.now(), m.Course.Location()), Most: more,
	}
	return s.render(w, http.StatusOK, "audit", page)
}

// serveLedger lists the grades of a course: a person's own and, for staff, those of the class.
func (s *classPages) serveLedger(w http.ResponseWriter, r *http.Request, user schema.User) error {
	m, err := s.memberOf(r, user)
	if err != nil {
		return err
	}
	page := view.Ledger{Frame: s.courseFrame("Grades of "+m.Course.Code, m, "/-/grades"), Path: "/" + m.Course.Code + "/-/grades"}
	if !m.Viewer().Staff() {
		own, err := s.Classroom.Grades.List(r.Context(), m.Actor, m.Course.Code, user.Login)
		if err != nil {
			return hidden("grades", err)
		}
		page.Own = view.NewOwnGrades(m.Course.Code, own)
		return s.render(w, http.StatusOK, "ledger", page)
	}
	people, err := s.Classroom.People.List(r.Context(), m.Actor, m.Course.Code)
	if err != nil {
		return hidden("roster", err)
	}
	students := view.NewLedgerStudents(people, rosterQuery(r))
	grades, err := s.Classroom.Grades.Students(r.Context(), m.Actor, m.Course.Code, students.Logins())
	if err != nil {
		return hidden("grades", err)
	}
	page.Class = view.NewClassLedger(page.Path, m.Course.Code, students, grades, rosterQuery(r))
	return s.render(w, http.StatusOK, "ledger", page)
}

// serveExports shows the forms that export grades for other systems.
func (s *classPages) serveExports(w http.ResponseWriter, r *http.Request, user schema.User) error {
	return s.renderExports(w, r, user, nil)
}

func (s *classPages) renderExports(w http.ResponseWriter, r *http.Request, user schema.User, problem error) error {
	m, err := s.memberOf(r, user)
	if err != nil {
		return err
	}
	if err := course.MaySeeRoster(m.Viewer(), m.Course.Code); err != nil {
		return hidden("exports", err)
	}
	all, err := s.Classroom.Work.Assignments(r.Context(), m)
	if err != nil {
		return err
	}
	page := view.Exports{Frame: s.courseFrame("Exports of "+m.Course.Code, m, "/-/exports"), Path: "/" + m.Course.Code + "/-/exports", Form: formOf(r)}
	for _, a := range all {
		page.Assignments = append(page.Assignments, a.Name)
	}
	return s.renderForm(w, r, "exports", &page.Frame, &page, problem)
}

// export serves a gradebook. If the export has warnings, it first shows a page with them, whose
// button requests the file again.
func (s *classPages) export(w http.ResponseWriter, r *http.Request, user schema.User) error {
	request, err := exportRequest(r)
	var exported classroom.Exported
	if err == nil {
		exported, err = s.Classroom.People.Export(r.Context(), s.actor(r, user), request)
	}
	if err != nil {
		return s.renderExports(w, r, user, err)
	}
	if len(exported.Warnings) == 0 || r.PostFormValue("confirmed") != "" {
		name := slices.DeleteFunc([]string{request.Course, request.Assignment, request.Format}, func(s string) bool { return s == "" })
		return s.download(w, "text/csv", strings.Join(name, "-")+".csv", exported.Data)
	}
	m, err := s.memberOf(r, user)
	if err != nil {
		return err
	}
	page := view.Exported{
		Frame: s.courseFrame("Exports of "+m.Course.Code, m, "/-/exports"), Path: "/" + m.Course.Code + "/-/exports",
		Cells: exported.Cells, Warnings: exported.Warnings, Format: request.Format, Assignment: request.Assignment,
		Columns: r.PostFormValue("columns"), Fill: base64.StdEncoding.EncodeToString(request.Fill), Dropped: request.Dropped,
	}
	return s.render(w, http.StatusOK, "exported", page)
}

func exportRequest(r *http.Request) (classroom.ExportRequest, error) {
	request := classroom.ExportRequest{
		Course: r.PathValue("course"), Assignment: r.PostFormValue("assignment"), Format: r.PostFormValue("format"), Dropped: r.PostFormValue("dropped") != "",
	}
	if request.Assignment != "" && schema.OwnerName("assignment", request.Assignment) != nil {
		return request, schema.Errorf(schema.CodeInvalid, "%q is not an assignment", request.Assignment)
	}
	var err error
	if request.Columns, err = columnsOf(r.PostFormValue("columns")); err != nil {
		return request, err
	}
	request.Fill, err = fileOrCopy(r, "fill", "fill_copy")
	return request, err
}
