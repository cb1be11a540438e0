package teamfile_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/classroom/teamfile"
	"github.com/grader/grader/schema"
)

func TestTeamFilesOfEverySystem(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text    string
		columns map[string]string
		want    []schema.TeamRow
	}{
		"a plain table":                     {"team,login\nblue,alice\n\nblue,BOB\n", nil, []schema.TeamRow{{Line: 2, Team: "blue", Login: "alice"}, {Line: 4, Team: "blue", Login: "bob"}}},
		"with semicolons, a BOM and quotes": {"\xEF\xBB\xBF\"login\";\"team\"\r\n\"alice\";\"blue\"\r\n", nil, []schema.TeamRow{{Line: 2, Team: "blue", Login: "alice"}}},
		"Canvas":                            {"name,canvas_user_id,user_id,login_id,sections,group_name,canvas_group_id,group_id\n\"Ng, Ada\",9,s1,ang@uni.example,L2,blue,4,\n", nil, []schema.TeamRow{{Line: 2, Team: "blue", Login: "ang"}}},
		"Blackboard":                        {"\"Group Code\"\t\"User Name\"\nblue\tang\n", nil, []schema.TeamRow{{Line: 2, Team: "blue", Login: "ang"}}},
		"Brightspace ids":                   {"OrgDefinedId,Group Name\n#0012345,blue\n", nil, []schema.TeamRow{{Line: 2, Team: "blue", StudentID: "0012345"}}},
		"e-mail addresses":                  {"Email address,Group\nAng@uni.example,blue\n", nil, []schema.TeamRow{{Line: 2, Team: "blue", Email: "Ang@uni.example"}}},
		"an id where the login is empty":    {"team,login,student_id\nblue,,7\n", nil, []schema.TeamRow{{Line: 2, Team: "blue", StudentID: "7"}}},
		"headings that nobody knows":        {"Kennung,Gruppe\nang,blue\n", map[string]string{"login": "Kennung", "team": "Gruppe"}, []schema.TeamRow{{Line: 2, Team: "blue", Login: "ang"}}},
	} {
		rows, refused, err := teamfile.Read([]byte(c.text), c.columns)
		if err != nil || len(refused) > 0 {
			t.Errorf("%s: refused %v, %v", name, refused, err)
		}
		if diff := cmp.Diff(c.want, rows); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestTeamFileRefusesLinesAndFiles(t *testing.T) {
	t.Parallel()
	rows, refused, err := teamfile.Read([]byte("team,login\n,alice\nblue,\nblue\nred,dan\n"), nil)
	want := []schema.TeamChange{
		{Kind: schema.TeamRefused, Line: 2, Login: "alice", What: "there is no team"},
		{Kind: schema.TeamRefused, Line: 3, Team: "blue", What: "nobody is named"},
		{Kind: schema.TeamRefused, Line: 4, Team: "blue", What: "nobody is named"},
	}
	if diff := cmp.Diff(want, refused); diff != "" || err != nil || len(rows) != 1 {
		t.Errorf("%v, rows %v, refused (-want +got)\n%s", err, rows, diff)
	}
	for name, c := range map[string]struct {
		text, want string
		columns    map[string]string
	}{
		"nothing":          {"", "the file is empty", nil},
		"a spreadsheet":    {"PK\x03\x04\x00", "the file is a spreadsheet or an archive; export it as CSV", nil},
		"no team":          {"login,Gruppe\nang,blue\n", "line 1 names no column with a team; it has login, Gruppe: say which it is, as in --column team=Gruppe", nil},
		"no people":        {"team,Kennung\nblue,ang\n", "line 1 names no column with a login, an id or an e-mail address; it has team, Kennung: say which it is, as in --column login=Kennung", nil},
		"a column that is": {"team,login\n", `line 1 has no column "Gruppe"; it has team, login`, map[string]string{"team": "Gruppe"}},
		"an unknown field": {"team,login\n", `field "lab" is unknown; use email, login, student_id, team`, map[string]string{"lab": "team"}},
	} {
		if _, _, err := teamfile.Read([]byte(c.text), c.columns); schema.CodeOf(err) != schema.CodeInvalid || schema.MessageOf(err) != c.want {
			t.Errorf("%s: %q, want %q", name, err, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("team,login\nblue,alice\n"))
	f.Add([]byte("\xFF\xFEt\x00e\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, _, err := teamfile.Read(data, nil)
		if err != nil && schema.CodeOf(err) != schema.CodeInvalid {
			t.Errorf("code %q of %v", schema.CodeOf(err), err)
		}
		for _, r := range rows {
			if r.Team == "" || r.Line < 2 || r.Login == "" && r.StudentID == "" && r.Email == "" {
				t.Errorf("row %+v", r)
			}
		}
	})
}
