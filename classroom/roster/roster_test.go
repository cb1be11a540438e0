package roster_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/grader/grader/classroom/roster"
	"github.com/grader/grader/schema"
)

// ada is the person in most examples.
func ada(change func(*schema.RosterRow)) schema.RosterRow {
	p := schema.RosterRow{Line: 2, Login: "ang", Name: "Ada Ng"}
	change(&p)
	return p
}

// TestRostersOfEverySystem reads the files of each system. The examples follow the
// exporters' own code and the vendors' pages.
func TestRostersOfEverySystem(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text, system string
		want         []schema.RosterRow
	}{
		"Canvas gradebook": {"Student,ID,SIS User ID,SIS Login ID,Section,A1 (9001)\n,,,,,Manual Posting\n\"    Points Possible\",,,,,20\n\"Ng, Ada\",10442,s0012345,ang,Lab 2,17.50\n\"Student, Test\",99,,abc123,Lab 2,\n",
			"canvas", []schema.RosterRow{ada(func(p *schema.RosterRow) { p.Line, p.StudentID, p.Section = 4, "s0012345", "Lab 2" })}},
		"Canvas with separate names and a login that is an e-mail": {"LastName,FirstName,ID,SIS User ID,SIS Login ID,Section\nNg,Ada,10442,s0012345,ang@uni.example,\"Lab 2, and Lab 3\"\n",
			"canvas", []schema.RosterRow{ada(func(p *schema.RosterRow) { p.StudentID, p.Section = "s0012345", "Lab 2, and Lab 3" })}},
		"Canvas with semicolons": {"Student;ID;SIS User ID;SIS Login ID;Section;A1 (9001)\n\"Ng, Ada\";10442;s0012345;ang;Lab 2;7,50\n",
			"canvas", []schema.RosterRow{ada(func(p *schema.RosterRow) { p.StudentID, p.Section = "s0012345", "Lab 2" })}},
		"Brightspace": {"OrgDefinedId,Username,Last Name,First Name,Email,A1 Points Grade <Numeric MaxPoints:20 Category:Labs>,End-of-Line Indicator\n#0012345,#ang,Ng,Ada,ang@uni.example,17.5,#\n",
			"brightspace", []schema.RosterRow{ada(func(p *schema.RosterRow) { p.StudentID, p.Email = "0012345", "ang@uni.example" })}},
		"Brightspace without the username": {"OrgDefinedId,Last Name,First Name,End-of-Line Indicator\n#0012345,Ng,Ada,#\n",
			"brightspace", []schema.RosterRow{ada(func(p *schema.RosterRow) { p.StudentID, p.Login = "0012345", "s0012345" })}},
		"Moodle participants": {"\"First name\",\"Last name\",\"ID number\",\"Email address\",Groups\nAda,Ng,s0012345,ang@uni.example,\"L2, Team 4\"\n",
			"moodle", []schema.RosterRow{ada(func(p *schema.RosterRow) {
				p.StudentID, p.Email, p.Section = "s0012345", "ang@uni.example", "L2, Team 4"
			})}},
		"Moodle upload users": {"username,firstname,lastname,email,suspended\nang,Ada,Ng,ang@uni.example,1\n",
			"moodle", []schema.RosterRow{ada(func(p *schema.RosterRow) { p.Email, p.Dropped = "ang@uni.example", true })}},
		"Blackboard": {"\"Last Name\",\"First Name\",\"Username\",\"Student ID\",\"Last Access\",\"Availability\"\n\"Ng\",\"Ada\",\"ang\",\"0012345\",\"2026-09-20 10:11:12\",\"Yes\"\n",
			"blackboard", []schema.RosterRow{ada(func(p *schema.RosterRow) { p.StudentID = "0012345" })}},
		"Blackboard, tab-separated and withdrawn": {"\"Last Name\"\t\"First Name\"\t\"Username\"\t\"Student ID\"\t\"Last Access\"\t\"Availability\"\n\"Ng\"\t\"Ada\"\t\"ang\"\t\"0012345\"\t\"\"\t\"No\"\n",
			"blackboard", []schema.RosterRow{ada(func(p *schema.RosterRow) { p.StudentID, p.Dropped = "0012345", true })}},
		"Gradescope": {"First Name,Last Name,SID,Email,Role,Section\nAda,Ng,0012345,ang@uni.example,TA,Lab 2\n",
			"gradescope", []schema.RosterRow{ada(func(p *schema.RosterRow) {
				p.StudentID, p.Email, p.Section, p.Role = "0012345", "ang@uni.example", "Lab 2", schema.RoleTA
			})}},
		"GitHub Classroom": {"identifier,github_username,github_id,name\n\"Ng, Ada (L2)\",ang,1234567,Ada Ng\n0012346,,,\n",
			"github-classroom", []schema.RosterRow{
				ada(func(*schema.RosterRow) {}),
				{Line: 3, Login: "s0012346", StudentID: "0012346"},
			}},
		"a registrar's own": {"Banner ID,NetID,Last_Name,First_Name,CRN,Status\n0012345,ANG,Ng,Ada,10233,WD\n",
			"", []schema.RosterRow{ada(func(p *schema.RosterRow) { p.StudentID, p.Section, p.Dropped = "0012345", "10233", true })}},
		"old Mac line ends": {"login,name\rang,Ada Ng\r", "", []schema.RosterRow{ada(func(*schema.RosterRow) {})}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := roster.Read([]byte(c.text), roster.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if f.System != c.system || len(f.Refused) > 0 || len(f.Warnings) > 0 {
				t.Errorf("system %q, refused %v, warnings %q", f.System, f.Refused, f.Warnings)
			}
			if diff := cmp.Diff(c.want, f.People); diff != "" {
				t.Errorf("people (-want +got)\n%s", diff)
			}
		})
	}
}

func TestRosterEncodings(t *testing.T) {
	t.Parallel()
	const text = "login,name\r\nzoe,Zoë Müller\r\n"
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	latin, err := charmap.Windows1252.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data     string
		warnings int
	}{
		"UTF-8": {text, 0}, "UTF-8 with a byte order mark": {"\xEF\xBB\xBF" + text, 0}, "UTF-16": {utf16, 0}, "Windows-1252": {latin, 1},
	} {
		f, err := roster.Read([]byte(c.data), roster.Options{})
		if err != nil || len(f.People) != 1 || f.People[0].Name != "Zoë Müller" || len(f.Warnings) != c.warnings {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
}

func TestRosterRefusesRowsByLine(t *testing.T) {
	t.Parallel()
	f, err := roster.Read([]byte("student_id,login,email,role\n"+
		"1,ang,ang@uni.example,student\n"+
		"1,bob,bob@uni.example,student\n"+
		"2,ang,eve@uni.example,student\n"+
		"3,joe,ANG@uni.example,student\n"+
		",,,\n"+
		",,,student\n"+
		"4,kim,0012345,student\n"+
		"5,lee,lee@uni.example,dean\n"+
		"6,no spaces,x@uni.example,student\n"+
		"7,zed,zed@uni.example,\n"), roster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []roster.Refusal{
		{3, `id "1" is that of line 2 too; keep one of them`},
		{4, `login "ang" is that of line 2 too; keep one of them`},
		{5, `e-mail "ang@uni.example" is that of line 2 too; keep one of them`},
		{7, "there is no login, no e-mail address and no id"},
		{8, `"0012345" is not an e-mail address; look whether columns are swapped`},
		{9, `role "dean" is unknown; use student, ta or instructor`},
		{10, `login "no spaces": use 1 to 40 of a-z 0-9 . _ - starting with a letter or digit, without ".."`},
	}
	if diff := cmp.Diff(want, f.Refused); diff != "" {
		t.Errorf("refused (-want +got)\n%s", diff)
	}
	if len(f.People) != 2 || f.People[1].Login != "zed" {
		t.Errorf("people %+v", f.People)
	}
}

func TestRosterRefusesFiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ data, want string }{
		"nothing":                      {"", "the file is empty"},
		"only separators":              {",,,\n,,,\n", "the file is empty"},
		"a spreadsheet":                {"PK\x03\x04\x00\x00", "the file is a spreadsheet or an archive; export it as CSV"},
		"zero bytes":                   {"login\x00,name\n", "the file is not text: byte 6 is zero; export it as CSV, not as a spreadsheet"},
		"UTF-8 that breaks off":        {"\xEF\xBB\xBFlogin\n\xff\n", "the file begins as UTF-8 and holds bytes that are not; save it as UTF-8"},
		"a header that nobody knows":   {"Kennung;Vorname\nang;Ada\n", "line 1 names no column with an id, a login or an e-mail address; it has Kennung, Vorname: say which they are, as in --column login=Kennung"},
		"a line of ten million bytes":  {"login,name\nang," + strings.Repeat("x", 10<<20) + "\n", "line 2: cell 2 has 10485760 bytes; 65536 is the most: look for a quote that is never closed"},
		"a quote that is never closed": {"login,name\nang,\"Ada\n" + strings.Repeat("bob,Bob\n", 20_000), "line 2: cell 2 has 160004 bytes; 65536 is the most: look for a quote that is never closed"},
		"too large":                    {strings.Repeat("a", 33<<20), "the file has 34603008 bytes; 33554432 is the most"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := roster.Read([]byte(c.data), roster.Options{}); schema.CodeOf(err) != schema.CodeInvalid || schema.MessageOf(err) != c.want {
				t.Errorf("error %q, want %q", err, c.want)
			}
		})
	}
}

// TestRosterAdviceIsFollowed maps a column and pads ids as the messages say.
func TestRosterAdviceIsFollowed(t *testing.T) {
	t.Parallel()
	f, err := roster.Read([]byte("Kennung;Vorname\nang;Ada\n"), roster.Options{Columns: map[string]string{"login": "Kennung", "first_name": "Vorname"}})
	if err != nil || f.People[0].Login != "ang" || f.People[0].Name != "Ada" {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err := roster.Read([]byte("Kennung\nang\n"), roster.Options{Columns: map[string]string{"login": "Name"}}); !strings.Contains(schema.MessageOf(err), `line 1 has no column "Name"; it has Kennung`) {
		t.Error(err)
	}
	if _, err := roster.Read([]byte("Kennung\nang\n"), roster.Options{Columns: map[string]string{"user": "Kennung"}}); !strings.Contains(schema.MessageOf(err), `field "user" is unknown; use email, first_name,`) {
		t.Error(err)
	}
	const lost = "SID,Email\n0012345,a@u.ca\n1012345,b@u.ca\n12346,c@u.ca\n"
	f, err = roster.Read([]byte(lost), roster.Options{})
	if err != nil || len(f.Warnings) != 1 || f.Warnings[0] != "1 of 3 ids are shorter than the usual 7 digits, such as 12346, as if a spreadsheet had removed leading zeros; add them with --pad 7" {
		t.Errorf("warnings %q, %v", f.Warnings, err)
	}
	f, err = roster.Read([]byte(lost), roster.Options{Pad: 7})
	if err != nil || len(f.Warnings) != 0 || f.People[2].StudentID != "0012346" {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestNamesThatLookLikeFormulas(t *testing.T) {
	t.Parallel()
	f, err := roster.Read([]byte("login,name\nang,\"=\"\"Ng, Ada\"\"\"\nbob,'=cmd|x\n"), roster.Options{})
	if err != nil || f.People[0].Name != "Ada Ng" || f.People[1].Name != "=cmd|x" {
		t.Errorf("%+v, %v", f, err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("Student,ID,SIS User ID,SIS Login ID,Section\n\"Ng, Ada\",1,2,ang,L\n"))
	f.Add([]byte("OrgDefinedId,Username,End-of-Line Indicator\n#1,#ang,#\n"))
	f.Add([]byte("\xFF\xFEl\x00o\x00"))
	f.Add([]byte("identifier,github_username,github_id,name\n\"a\"b\",,,\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := roster.Read(data, roster.Options{Pad: 7})
		if err != nil {
			if schema.CodeOf(err) != schema.CodeInvalid {
				t.Errorf("code %q of %v", schema.CodeOf(err), err)
			}
			return
		}
		logins := make(map[string]bool)
		for _, p := range file.People {
			if schema.Login(p.Login) != nil || logins[p.Login] || p.Name != schema.Sanitize(p.Name) {
				t.Errorf("person %+v", p)
			}
			logins[p.Login] = true
		}
	})
}
