package course_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

func TestPlanRoster(t *testing.T) {
	t.Parallel()
	people := func() []schema.RosterPerson {
		return []schema.RosterPerson{
			{UserID: 1, Login: "ang", StudentID: "001", Name: "Ada Ng", Email: "ang@u.ca", Enrolled: true, Role: schema.RoleStudent, Section: "L1"},
			{UserID: 2, Login: "bob", StudentID: "002", Enrolled: true, Role: schema.RoleStudent},
			{UserID: 3, Login: "tina", Enrolled: true, Role: schema.RoleTA},
			{UserID: 4, Login: "eve", Email: "eve@u.ca"},
			{UserID: 5, Login: "gone", StudentID: "005", Enrolled: true, Role: schema.RoleStudent, Dropped: true},
		}
	}
	type change struct {
		Kind  schema.RosterKind
		Login string
		What  string
	}
	for name, c := range map[string]struct {
		rows []schema.RosterRow
		drop bool
		want []change
	}{
		"the same again": {[]schema.RosterRow{{Login: "ang", StudentID: "001", Name: "Ada Ng"}, {Login: "bob"}, {Login: "tina"}}, true, []change{
			{schema.RosterUnchanged, "ang", ""}, {schema.RosterUnchanged, "bob", ""}, {schema.RosterUnchanged, "tina", ""}}},
		"found by id, e-mail and login": {[]schema.RosterRow{{Login: "adang", StudentID: "001"}, {Login: "evelyn", Email: "EVE@u.ca"}, {Login: "bob"}}, false, []change{
			{schema.RosterUnchanged, "ang", ""}, {schema.RosterAdded, "eve", "as student"}, {schema.RosterUnchanged, "bob", ""}}},
		"a new person, and one who is back": {[]schema.RosterRow{{Login: "zoe", StudentID: "009"}, {Login: "gone"}, {Login: "ang"}, {Login: "bob", Section: "L2"}}, false, []change{
			{schema.RosterAdded, "zoe", "as student"}, {schema.RosterChanged, "gone", "is back"}, {schema.RosterUnchanged, "ang", ""}, {schema.RosterChanged, "bob", `section "" is now "L2"`}}},
		"absent people stay":           {[]schema.RosterRow{{Login: "ang"}}, false, []change{{schema.RosterUnchanged, "ang", ""}, {schema.RosterMissing, "bob", ""}}},
		"absent people are dropped":    {[]schema.RosterRow{{Login: "ang"}}, true, []change{{schema.RosterUnchanged, "ang", ""}, {schema.RosterDropped, "bob", "absent from the roster"}}},
		"withdrawn, says the roster":   {[]schema.RosterRow{{Login: "ang", Dropped: true}, {Login: "gone", Dropped: true}, {Login: "new", Dropped: true}, {Login: "bob"}}, false, []change{{schema.RosterDropped, "ang", "withdrawn, says the roster"}, {schema.RosterUnchanged, "gone", ""}, {schema.RosterUnchanged, "new", ""}, {schema.RosterUnchanged, "bob", ""}}},
		"two people for one id":        {[]schema.RosterRow{{Login: "bob", StudentID: "001"}, {Login: "ang"}, {Login: "tina"}}, false, []change{{schema.RosterRefused, "bob", "id 001 is that of ang, and the login bob is somebody else's; correct one of them"}, {schema.RosterUnchanged, "ang", ""}, {schema.RosterUnchanged, "tina", ""}, {schema.RosterMissing, "bob", ""}}},
		"another id for a login":       {[]schema.RosterRow{{Login: "bob", StudentID: "007"}, {Login: "ang"}}, false, []change{{schema.RosterRefused, "bob", "bob has the id 002, not 007; correct one of them, or give this person another login"}, {schema.RosterUnchanged, "ang", ""}, {schema.RosterMissing, "bob", ""}}},
		"one person in two lines":      {[]schema.RosterRow{{Login: "ang"}, {Login: "ada", StudentID: "001"}, {Login: "bob"}}, false, []change{{schema.RosterUnchanged, "ang", ""}, {schema.RosterRefused, "ada", "this is ang, whom an earlier line has already"}, {schema.RosterUnchanged, "bob", ""}}},
		"a student becomes a TA":       {[]schema.RosterRow{{Login: "ang", Role: schema.RoleTA}, {Login: "bob"}}, false, []change{{schema.RosterChanged, "ang", `role "student" is now "ta"`}, {schema.RosterUnchanged, "bob", ""}}},
		"a TA stays one by no word":    {[]schema.RosterRow{{Login: "tina"}, {Login: "ang"}, {Login: "bob"}}, true, []change{{schema.RosterUnchanged, "tina", ""}, {schema.RosterUnchanged, "ang", ""}, {schema.RosterUnchanged, "bob", ""}}},
		"an empty cell clears nothing": {[]schema.RosterRow{{Login: "ang", Section: "", Email: ""}, {Login: "bob"}}, false, []change{{schema.RosterUnchanged, "ang", ""}, {schema.RosterUnchanged, "bob", ""}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []change
			for _, c := range course.PlanRoster(people(), c.rows, c.drop) {
				got = append(got, change{c.Kind, c.Login, c.What})
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("plan (-want +got)\n%s", diff)
			}
		})
	}
}
