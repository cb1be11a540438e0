package command

import (
	"archive/tar"
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

// tarOf returns an archive of files, like autograde.tar.
func tarOf(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for name, text := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// autolabLab creates a lab with a driver that prints the contents of the handin.
func autolabLab(t *testing.T, handin, makefile string) map[string]string {
	t.Helper()
	return map[string]string{
		"says.yml": "general: {name: says, display_name: Says, handin_filename: " + handin + "}\nproblems:\n- {name: Correctness, max_score: 6}\n- {name: Style, max_score: 4}\n" +
			"autograder: {autograde_timeout: 20}\n",
		"autograde-Makefile": makefile,
		"autograde.tar":      tarOf(t, map[string]string{"says/driver.sh": "#!/bin/sh\necho to stderr >&2\ncat says.txt\n", "says/driver.py": "print(open('says.txt').read())\n"}),
	}
}

// TestAutolabScores grades labs with every form of the last line of output.
func TestAutolabScores(t *testing.T) {
	t.Parallel()
	to := filepath.Join(t.TempDir(), "tests")
	from := writeFiles(t, autolabLab(t, "says.txt", "all:\n\t@tar xf autograde.tar\n\t@cp says.txt says\n\t@cd says && ./driver.sh\n"))
	if status, out, errs := runCommand(t, "import", "autolab", from, "-o", to); status != 0 {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	for name, c := range map[string]struct {
		says  string
		score string
		shown string
	}{
		"all":                {`{"scores": {"Correctness": 6, "Style": 4}}`, "10 / 10", "lab/Correctness passed  \nlab/Style passed"},
		"a part":             {"compiled\n" + `{"scores": {"Correctness": 4.5, "Style": 0}}`, "4.5 / 10", "compiled"},
		"one problem":        {`{"scores": {"Correctness": 6}, "scoreboard": [6]}`, "6 / 10", "lab/Correctness passed"},
		"an unknown problem": {`{"scores": {"Extra": 2}}`, "0 / 10", "not counted, because the lab has no such problems: Extra"},
		"unknown and known":  {"compiled\n" + `{"scores": {"Correctness": 3, "Extra": 2, "style": 4}}`, "3 / 10", "compiled\nnot counted, because the lab has no such problems: Extra, style"},
		"bare keys":          {`{scores: {Correctness: 5}}`, "5 / 10", "lab/Correctness"},
		"some bare keys":     {`{"scores": {Correctness:5.5, "Style": 2}, scoreboard: [5]}`, "7.5 / 10", "lab/Correctness"},
		"a bare word":        {`{scores: {Correctness: five}}`, "0 / 10", "the last line that the lab printed has no scores"},
		"a long bare key":    {"{" + strings.Repeat("a", 1<<20), "0 / 10", "the last line that the lab printed has no scores"},
		"numbers as text":    {`{"scores": {"Correctness": "5"}}`, "5 / 10", ""},
		"blank lines behind": {`{"scores": {"Correctness": 5}}` + "\n\n  \n", "5 / 10", ""},
		"more than there is": {`{"scores": {"Correctness": 600}}`, "10 / 10", ""},
		"less than nothing":  {`{"scores": {"Correctness": -6}}`, "0 / 10", ""},
		"no number":          {`{"scores": {"Correctness": NaN, "Style": true}}`, "0 / 10", "the last line that the lab printed has no scores"},
		"no scores":          {`{"score": 10}`, "0 / 10", "the last line that the lab printed has no scores"},
		"a list":             {`{"scores": [10]}`, "0 / 10", "the last line that the lab printed has no scores"},
		"no JSON":            {"Segmentation fault", "0 / 10", "the last line that the lab printed has no scores\nto stderr\nSegmentation fault"},
		"nothing":            {"", "0 / 10", "the last line that the lab printed has no scores"},
		"deep nesting":       {strings.Repeat("[", 100000), "0 / 10", ""},
		"not UTF-8":          {"\xff\xfe\n" + `{"scores": {"Correctness": 5}}`, "5 / 10", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, out, errs := runCommand(t, "check", to, writeFiles(t, map[string]string{"says.txt": c.says}), "--json")
			score, shown := jsonOf(t, out)
			if score != c.score || !strings.Contains(shown, c.shown) {
				t.Errorf("score %s, want %s; students read\n%s\nwant %q; %s", score, c.score, shown, c.shown, errs)
			}
		})
	}
}

// TestAutolabLabs runs labs in other forms: formatted feedback, Python, archives as handins, and a lab
// that does not end.
func TestAutolabLabs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		handin, makefile string
		work             map[string]string
		score, shown     string
	}{
		"formatted feedback": {"says.txt", "all:\n\t@cat says.txt\n", map[string]string{"says.txt": "raw\n" +
			`{"_presentation": "semantic", "stages": ["Tests", "gone"], "Tests": {"Build": {"passed": true}, "Run": {"passed": false, "hint": "check i"}}}` + "\n" + `{"scores": {"Correctness": 3}}`},
			"3 / 10", "raw\nTests:\n  Build: passed\n  Run: failed: check i"},
		"python": {"says.txt", "all:\n\t@tar xf autograde.tar\n\t@cp says.txt says\n\t@cd says && python driver.py\n", map[string]string{"says.txt": `{"scores": {"Style": 4}}`}, "4 / 10", ""},
		"tar":    {"handin.tar", "all:\n\t@tar xf handin.tar\n\t@cat a/says.txt\n", map[string]string{"a/says.txt": `{"scores": {"Style": 3}}`}, "3 / 10", ""},
		"tgz":    {"handin.tgz", "all:\n\t@tar xzf handin.tgz\n\t@cat a/says.txt\n", map[string]string{"a/says.txt": `{"scores": {"Style": 3}}`}, "3 / 10", ""},
		"zip":    {"handin.zip", "all:\n\t@python3 -m zipfile -e handin.zip .\n\t@cat a/says.txt\n", map[string]string{"a/says.txt": `{"scores": {"Style": 3}}`}, "3 / 10", ""},
		"a name of the layout of others": {"says.txt", "all:\n\t@mkdir -p x/autograder && cp says.txt x/autograder && cd x/autograder && cat ./says.txt && echo '{\"scores\": {\"Style\": 2}}' >../../autograder.json\n\t@cat ./autograder.json\n",
			map[string]string{"says.txt": "hello\n"}, "2 / 10", "hello"},
		"a path of the lab's image": {"says.txt", "all:\n\t@[ -e /autograder ] || cat says.txt\n", map[string]string{"says.txt": `{"scores": {"Style": 3}}`}, "3 / 10", ""},
		"make fails":                {"says.txt", "all:\n\t@false\n", map[string]string{"says.txt": ""}, "0 / 10", "the last line that the lab printed has no scores"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := filepath.Join(t.TempDir(), "tests")
			if status, out, errs := runCommand(t, "import", "autolab", writeFiles(t, autolabLab(t, c.handin, c.makefile)), "-o", to); status != 0 {
				t.Fatalf("status %d, %s%s", status, out, errs)
			}
			_, out, errs := runCommand(t, "check", to, writeFiles(t, c.work), "--json")
			score, shown := jsonOf(t, out)
			if score != c.score || !strings.Contains(shown, c.shown) {
				t.Errorf("score %s, want %s; students read\n%s\nwant %q; %s", score, c.score, shown, c.shown, errs)
			}
		})
	}
}

func TestAutolabArchive(t *testing.T) {
	t.Parallel()
	if status, _, errs := runCommand(t, "import", "autolab", "lab.tar", "-o", filepath.Join(t.TempDir(), "o")); status == 0 || !strings.Contains(errs, "lab.tar is an archive that is not read; unpack it first: tar xf lab.tar") {
		t.Errorf("status %d, %s", status, errs)
	}
}

// TestAutolabTimeLimit checks that students read what a lab printed before its time limit, and why it ended. A last line
// with scores counts, as at Autolab.
func TestAutolabTimeLimit(t *testing.T) {
	t.Parallel()
	const ended = "the lab was ended after 1 s, its time limit"
	for name, c := range map[string]struct{ makefile, score, shown string }{
		"sleeps":              {"all:\n\t@echo compiled\n\t@sleep 60\n", "0 / 10", ended + "\nthe last line that the lab printed has no scores\ncompiled"},
		"ignores signals":     {"all:\n\t@echo compiled; trap '' TERM INT; while :; do sleep 60; done\n", "0 / 10", ended + "\nthe last line that the lab printed has no scores\ncompiled"},
		"scores were printed": {"all:\n\t@cat says.txt\n\t@sleep 60\n", "4 / 10", ended},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lab := autolabLab(t, "says.txt", c.makefile)
			lab["says.yml"] = strings.Replace(lab["says.yml"], "autograde_timeout: 20", "autograde_timeout: 1", 1)
			to := filepath.Join(t.TempDir(), "tests")
			if status, out, errs := runCommand(t, "import", "autolab", writeFiles(t, lab), "-o", to); status != 0 {
				t.Fatalf("status %d, %s%s", status, out, errs)
			}
			_, out, errs := runCommand(t, "check", to, writeFiles(t, map[string]string{"says.txt": `{"scores": {"Style": 4}}` + "\n"}), "--json")
			if score, shown := jsonOf(t, out); score != c.score || !strings.Contains(shown, c.shown) {
				t.Errorf("score %s, want %s; students read\n%s\nwant %q; %s", score, c.score, shown, c.shown, errs)
			}
		})
	}
}

// TestAutolabGate runs the gate of imported labs. Points that people give must not make it refuse the lab's own
// solution.
func TestAutolabGate(t *testing.T) {
	t.Parallel()
	g := openGrader(t)
	for name, c := range map[string]struct {
		problems int
		src, own string // the handin in src and in --solution, "" for none
		want     string // the gate's message
	}{
		"people grade a problem":      {2, `{"scores": {"Correctness": 6}}`, "", ""},
		"the lab grades all":          {2, `{"scores": {"Correctness": 6, "Style": 4}}`, "", ""},
		"the lab gives nothing":       {2, `no scores`, "", "samples/src/ scores 0, expected 0.1 to 10"},
		"one problem":                 {1, `{"scores": {"Correctness": 6}}`, "", ""},
		"one problem, a part":         {1, `{"scores": {"Correctness": 5}}`, "", "the reference solution scores 5 of 6"},
		"an own solution":             {2, `no scores`, `{"scores": {"Correctness": 6, "Style": 4}}`, ""},
		"an own solution with a part": {2, `no scores`, `{"scores": {"Correctness": 6}}`, "the reference solution scores 6 of 10"},
	} {
		t.Run(name, func(t *testing.T) {
			lab := autolabLab(t, "says.txt", "all:\n\t@cat says.txt\n")
			lab["src/says.txt"] = c.src
			if c.problems == 1 {
				lab["says.yml"] = strings.Replace(lab["says.yml"], "- {name: Style, max_score: 4}\n", "", 1)
			}
			to := filepath.Join(t.TempDir(), "tests")
			args := []string{"import", "autolab", writeFiles(t, lab), "-o", to}
			if c.own != "" {
				args = append(args, "--solution", writeFiles(t, map[string]string{"says.txt": c.own}))
			}
			next := "To grade a sample: grader check " + to + " " + filepath.Join(to, "samples", "src") + "\n"
			if c.own != "" || c.problems == 1 {
				next = "To grade the solution: grader check " + to + " " + filepath.Join(to, "solution") + "\n"
			}
			if status, out, errs := runCommand(t, args...); status != 0 || !strings.HasSuffix(out, next) {
				t.Fatalf("status %d, %s%s, want the next command %s", status, out, errs, next)
			}
			message := gated(t, g, to).Message
			if (c.want == "") != (message == "") || !strings.HasPrefix(message, c.want) {
				t.Errorf("the gate says %q, want %q", message, c.want)
			}
		})
	}
}

// TestAutolabZip imports a lab from a zip file whose files are below one folder.
func TestAutolabZip(t *testing.T) {
	t.Parallel()
	lab := zipOf(t, "says", autolabLab(t, "says.txt", "all:\n\t@cat says.txt\n"))
	to := filepath.Join(t.TempDir(), "tests")
	if status, out, errs := runCommand(t, "import", "autolab", lab, "-o", to); status != 0 {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	_, out, errs := runCommand(t, "check", to, writeFiles(t, map[string]string{"says.txt": `{"scores": {"Style": 4}}`}), "--json")
	if score, shown := jsonOf(t, out); score != "4 / 10" {
		t.Errorf("score %s, students read\n%s%s", score, shown, errs)
	}
}
