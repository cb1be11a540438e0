package icpc

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/schema"
)

// validator is a program of the package that judges, with the command by which the tests repository
// starts it.
type validator struct {
	command []string
	prepare []imports.Step
}

// readValidator copies the output validator if there is one.
func (i *importer) readValidator() error {
	programs, err := i.programs("output_validators", "output_validator")
	if err != nil {
		return err
	}
	if !i.problem.custom && !i.problem.legacy && len(programs) > 0 && !i.options.DefaultValidator {
		i.problem.custom = true // in 2025-09 the directory alone makes the validator custom
	}
	switch {
	case !i.problem.custom && len(programs) > 0:
		i.bundle.Note(imports.Hint, programs[0].name, "validation is default, so the output validator is not used")
		return nil
	case !i.problem.custom:
		return nil
	case len(programs) == 0:
		return schema.Errorf(schema.CodeInvalid, "the problem has an output validator of its own, and neither output_validator/ nor output_validators/ holds one; export the package with it, or import it with --default-validator where comparing with the answers is right")
	}
	var all []validator
	for n, p := range programs {
		v, err := i.validator(p, fmt.Sprintf("validator%d", n+1))
		if err != nil {
			return err
		}
		all = append(all, v)
	}
	i.validate = all[0]
	if len(all) > 1 {
		i.validate = i.allOf(all)
	}
	return nil
}

// program is a file or directory of the package that holds one program.
type program struct {
	name  string
	files []imports.Entry
}

// programs returns the programs of a package. If one, a directory of 2025-09, exists, all its files
// are one program. Otherwise each directory and each file of many is a program.
func (i *importer) programs(many, one string) ([]program, error) {
	if i.exists(one) {
		files, err := i.judged(one)
		if err != nil || len(files) == 0 {
			return nil, err
		}
		return []program{{one, files}}, nil
	}
	files, err := i.judged(many)
	if err != nil {
		return nil, err
	}
	var programs []program
	for _, f := range files {
		top, _, nested := strings.Cut(strings.TrimPrefix(f.Name, many+"/"), "/")
		name := path.Join(many, top)
		n := slices.IndexFunc(programs, func(p program) bool { return p.name == name })
		switch {
		case n >= 0:
			programs[n].files = append(programs[n].files, f)
		case nested || code(f.Name) != "":
			programs = append(programs, program{name, []imports.Entry{f}})
		}
	}
	return slices.DeleteFunc(programs, func(p program) bool {
		return !slices.ContainsFunc(p.files, func(f imports.Entry) bool { return code(f.Name) != "" || path.Base(f.Name) == "run" })
	}), nil
}

// judged returns the files of a validator. A link that leads out of the package is an error,
// because the validator needs the file.
func (i *importer) judged(dir string) ([]imports.Entry, error) {
	files, broken, err := imports.List(i.fsys, dir)
	if err == nil && len(broken) > 0 {
		return nil, schema.Errorf(schema.CodeInvalid, "%s is a link that leads out of the package; copy the file in its place", broken[0])
	}
	return files, err
}

// listed returns the files of a directory and adds a note for each link that leads out of the
// package.
func (i *importer) listed(dir string) ([]imports.Entry, error) {
	files, broken, err := imports.List(i.fsys, dir)
	for _, name := range broken {
		i.bundle.Note(imports.Lost, name, "the link leads out of the package; copy the file in its place")
	}
	return files, err
}

// validator copies a program, and returns how to build and start it.
func (i *importer) validator(p program, made string) (validator, error) {
	dir := "judge/" + made
	var sources []string
	has := map[string]bool{}
	for _, f := range p.files {
		rel := strings.TrimPrefix(strings.TrimPrefix(f.Name, p.name), "/")
		if rel == "" {
			rel = path.Base(f.Name)
		}
		i.copyCode(path.Join(dir, rel), f)
		has[rel] = true
		if code(rel) != "" {
			sources = append(sources, rel)
		}
	}
	slices.Sort(sources)
	target := "$PREPARED/" + made
	step := func(format string, args ...any) []imports.Step {
		return []imports.Step{{Name: made, Run: imports.Script(fmt.Sprintf(format, args...)), Time: "2m", Wall: "10m"}}
	}
	if has["run"] {
		build := ""
		if has["build"] {
			build = " && ./build"
		}
		return validator{[]string{target + "/run"}, step("cp -r %s %s && cd %s && chmod -R u+x .%s", dir, target, target, build)}, nil
	}
	if len(sources) == 0 {
		return validator{}, schema.Errorf(schema.CodeInvalid, "%s holds no program in C, C++, Java or Python, and no run script", p.name)
	}
	languages := map[string]bool{}
	for _, s := range sources {
		languages[code(s)] = true
	}
	quoted := quoteAll(dir, sources)
	switch {
	case languages["cpp"]:
		i.wantsTestlib(p, has)
		return validator{[]string{target}, step("g++ -std=gnu++20 -O2 -I %s -o %s %s", dir, target, quoted)}, nil
	case languages["c"]:
		return validator{[]string{target}, step("gcc -std=gnu17 -O2 -I %s -o %s %s -lm", dir, target, quoted)}, nil
	case languages["java"]:
		return validator{[]string{"java", "-cp", target, mainClass(sources)}, step("mkdir -p %s && javac -proc:none -d %s %s", target, target, quoted)}, nil
	case languages["py"]:
		main, err := pythonMain(p.name, sources)
		return validator{command: []string{"python3", path.Join(dir, main)}}, err
	}
	return validator{}, schema.Errorf(schema.CodeInvalid, "%s is written in %s; validators in C, C++, Java and Python, and those with build and run scripts, are carried over", p.name, path.Ext(sources[0]))
}

// wantsTestlib adds a note if a program includes testlib.h and the package lacks it. Judges have
// that header installed.
func (i *importer) wantsTestlib(p program, has map[string]bool) {
	for _, f := range p.files {
		text, err := imports.ReadText(i.fsys, f.Name, 1<<20)
		if err == nil && strings.Contains(string(text), `"testlib.h"`) && !has["testlib.h"] {
			i.bundle.Note(imports.Lost, f.Name, "it includes testlib.h, which the package does not hold; put the file beside it")
			return
		}
	}
}

// allOf returns a program that runs several validators. All of them must accept.
func (i *importer) allOf(validators []validator) validator {
	var script strings.Builder
	script.WriteString("#!/bin/sh\n# Runs every output validator of the package on the same output; all of them must accept.\nout=$(mktemp)\ncat >\"$out\"\n")
	var steps []imports.Step
	for _, v := range validators {
		fmt.Fprintf(&script, "%s \"$@\" <\"$out\"\nstatus=$?\n[ $status = 42 ] || exit $status\n", strings.Join(v.command, " "))
		steps = append(steps, v.prepare...)
	}
	script.WriteString("exit 42\n")
	i.bundle.Write("judge/all.sh", []byte(script.String()), true)
	return validator{command: []string{"sh", "judge/all.sh"}, prepare: steps}
}

func quoteAll(dir string, names []string) string {
	var words []string
	for _, n := range names {
		words = append(words, shellWord(path.Join(dir, n)))
	}
	return strings.Join(words, " ")
}

// shellWord quotes a word for a shell if necessary.
func shellWord(s string) string {
	plain := strings.IndexFunc(s, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./", r)
	}) < 0
	if plain && s != "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// mainClass guesses the class with the main method: Main if it exists, otherwise the first class.
func mainClass(sources []string) string {
	for _, s := range sources {
		if path.Base(s) == "Main.java" {
			return "Main"
		}
	}
	return strings.TrimSuffix(path.Base(sources[0]), ".java")
}

func pythonMain(name string, sources []string) (string, error) {
	if len(sources) == 1 {
		return sources[0], nil
	}
	for _, want := range []string{"__main__.py", "main.py", "validate.py", "validator.py", path.Base(name) + ".py"} {
		if slices.Contains(sources, want) {
			return want, nil
		}
	}
	return "", schema.Errorf(schema.CodeInvalid, "%s holds several Python files and none is named main.py; name the one to run so", name)
}

// compare returns the comparison that matches the default validator with these flags.
func (i *importer) compare(flags []string) any {
	rules := map[string]string{"case": "ignore"}
	tolerances := map[string]imports.Number{}
	for n := 0; n < len(flags); n++ {
		switch flag := flags[n]; flag {
		case "case_sensitive":
			delete(rules, "case")
		case "space_change_sensitive":
			rules["space"] = "exact"
		case "float_tolerance", "float_absolute_tolerance", "float_relative_tolerance":
			if n++; n == len(flags) {
				i.bundle.Note(imports.Lost, "validator flags", "%s without a number", flag)
				break
			}
			number, err := strconv.ParseFloat(flags[n], 64)
			if err != nil || number < 0 {
				i.bundle.Note(imports.Lost, "validator flags", "%s %s is not a tolerance", flag, flags[n])
				break
			}
			text := imports.Number(strings.ToLower(flags[n]))
			if flag != "float_relative_tolerance" {
				tolerances["abs"] = text
			}
			if flag != "float_absolute_tolerance" {
				tolerances["rel"] = text
			}
		default:
			i.bundle.Note(imports.Lost, "validator flags", "%s is unknown to the default validator", flag)
		}
	}
	if len(tolerances) == 0 {
		if len(rules) == 0 {
			return "tokens"
		}
		return map[string]any{"tokens": rules}
	}
	float := map[string]any{}
	for k, v := range tolerances {
		float[k] = v
	}
	for k, v := range rules {
		float[k] = v
	}
	return map[string]any{"float": float}
}
