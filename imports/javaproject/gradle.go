package javaproject

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/schema"
)

// gradleFiles are the names of Gradle's build scripts.
func gradleFiles() []string { return []string{"build.gradle", "build.gradle.kts"} }

// settingsFiles are the names of the files that list subprojects.
func settingsFiles() []string { return []string{"settings.gradle", "settings.gradle.kts"} }

const catalogFile = "gradle/libs.versions.toml"

// These patterns match the plain forms of a build script, in Groovy and Kotlin. A script is a program; only these forms
// are read, and the other statements of dependencies are named.
var (
	gradleComment   = regexp.MustCompile(`(^|[\s;{}])(?:(?s:/\*.*?\*/)|//[^\n]*)`)
	gradleConfig    = regexp.MustCompile(`^(api|implementation|compileOnly|compileOnlyApi|runtimeOnly|compile|runtime|testImplementation|testCompileOnly|testRuntimeOnly|testCompile|testRuntime|annotationProcessor|testAnnotationProcessor)\b\s*\(?\s*(.*)$`)
	gradleNotation  = regexp.MustCompile(`^(?:platform\s*\(\s*)?["']([^"':$]+):([^"':$]+)(?::([^"':]*))?(?::[^"']*)?["']\s*\)*\s*[;{]?$`)
	gradleMap       = regexp.MustCompile(`^\[?group\s*[:=]\s*["']([^"']+)["']\s*,\s*name\s*[:=]\s*["']([^"']+)["'](?:\s*,\s*version\s*[:=]\s*["']([^"']*)["'])?\]?\s*\)*;?$`)
	gradleAlias     = regexp.MustCompile(`^(?:platform\s*\(\s*)?libs\.([A-Za-z0-9_.-]+)\s*\)*;?$`)
	gradleJarFiles  = regexp.MustCompile(`^(?:files|fileTree)\s*\(`)
	gradleRelease   = regexp.MustCompile(`(?m)(?:\bJavaLanguageVersion\.of\(\s*|\boptions\.release(?:\.set\(|\s*=)\s*|\bsourceCompatibility\s*=?\s*)["']?(?:JavaVersion\.VERSION_)?([0-9._]+)`)
	gradleEncoding  = regexp.MustCompile(`\bencoding\s*=\s*["']([^"'\n]*)["']`)
	gradleInclude   = regexp.MustCompile(`(?m)\binclude\b[ \t]*(?:\(([^)]*)|((?:[^\n]*,[ \t]*\n)*[^\n]*))`)
	gradleBuild     = regexp.MustCompile(`(?m)\bincludeBuild\b[ \t]*\(?[ \t]*["']([^"'\n]+)["']`)
	gradleProject   = regexp.MustCompile(`\bprojectDir\s*=\s*(?:new\s+)?[Ff]ile\(\s*(?:\w+\s*,\s*)?["']([^"'\n]+)["']`)
	gradleQuoted    = regexp.MustCompile(`["']:?([^"']+)["']`)
	gradleUnread    = regexp.MustCompile(`\b(sourceSets|includeTags|excludeTags|includeTestsMatching|excludeTestsMatching|systemProperty|jvmArgs|environment|workingDir|modularity|enablePreview)\b(?:[ \t]*\(?[ \t]*((?:["'][^"'\n]+["'][ \t]*,?[ \t]*)+))?`)
	gradleShared    = regexp.MustCompile(`\b(subprojects|allprojects)\s*\{`)
	gradlePlugin    = regexp.MustCompile(`(?m)\bid\b\s*\(?\s*["']([^"'\n]+)["']|\balias\s*\(?\s*libs\.plugins\.([\w.]+)|\b(kotlin\s*\(\s*"[^"\n]+")\s*\)|^\s*` + "`?([a-z][a-z-]*)`?" + `\s*$`)
	gradleApply     = regexp.MustCompile(`\bapply\s*\(?\s*plugin\s*[:=]\s*["']([^"'\n]+)["']`)
	gradleBlock     = regexp.MustCompile(`\bplugins\s*\{([^{}]*)\}`)
	gradleModule    = regexp.MustCompile(`^project\s*\(\s*(?:path\s*[:=]\s*)?["']:?([^"'\n]+)["']`)
	catalogModule   = regexp.MustCompile(`(?m)^\s*([A-Za-z0-9_.-]+)\s*=\s*\{[^}\n]*\bmodule\s*=\s*["']([^"':]+):([^"':]+)["']`)
	catalogGroup    = regexp.MustCompile(`(?m)^\s*([A-Za-z0-9_.-]+)\s*=\s*\{[^}\n]*\bgroup\s*=\s*["']([^"']+)["'][^}\n]*\bname\s*=\s*["']([^"']+)["']`)
	catalogNotation = regexp.MustCompile(`(?m)^\s*([A-Za-z0-9_.-]+)\s*=\s*["']([^"':]+):([^"':]+):[^"']*["']`)
)

// readGradle reads the build script of a directory.
func readGradle(b *imports.Bundle, fsys fs.FS, dir string) (project, error) {
	name, text, err := gradleScript(fsys, dir)
	if err != nil {
		return project{}, err
	}
	p := newProject(path.Base(name))
	p.pattern = `.*`
	catalog := readCatalog(fsys)
	for _, line := range dependencyLines(text) {
		p.addGradle(b, name, line, catalog)
	}
	if m := gradleEncoding.FindStringSubmatch(text); m != nil {
		p.encoding = m[1]
	}
	if m := gradleRelease.FindStringSubmatch(text); m != nil {
		p.setRelease(b, strings.TrimRight(strings.Replace(m[1], "_", ".", 1), "."))
	}
	for _, m := range gradleUnread.FindAllStringSubmatch(text, -1) {
		b.Note(imports.Lost, name, "%s is not applied%s", m[1], tagAdvice(m[1], strings.NewReplacer(`"`, "", `'`, "").Replace(m[2])))
	}
	for _, plugin := range gradlePlugins(text) {
		b.Note(imports.Lost, name, "the plugin %s is not run", schema.Excerpt(plugin, 100))
	}
	noteShared(b, name, text)
	p.modules, p.included = gradleModules(fsys), includedBuilds(fsys)
	return p, nil
}

// noteShared names what a script sets for subprojects.
func noteShared(b *imports.Bundle, name, text string) {
	for _, m := range gradleShared.FindAllStringSubmatch(text, -1) {
		b.Note(imports.Lost, name, "%s { … } is not applied. Write what it sets for the imported project into that project's own script, and import again", m[1])
	}
}

// gradlePlugins returns the plugins that a script uses, except those that make a Java project.
func gradlePlugins(text string) []string {
	usual := []string{"java", "java-library", "application", "base", "eclipse", "idea", "distribution"}
	var plugins []string
	add := func(matches [][]string) {
		for _, m := range matches {
			if name := strings.Join(m[1:], ""); !slices.Contains(usual, strings.TrimPrefix(name, "org.gradle.")) {
				plugins = append(plugins, name)
			}
		}
	}
	for _, block := range gradleBlock.FindAllStringSubmatch(strings.ReplaceAll(text, ";", "\n"), -1) {
		add(gradlePlugin.FindAllStringSubmatch(block[1], -1))
	}
	add(gradleApply.FindAllStringSubmatch(text, -1))
	return plugins
}

// gradleScript returns the name and the text of a directory's build script, without comments.
func gradleScript(fsys fs.FS, dir string) (name, text string, err error) {
	for _, file := range gradleFiles() {
		name = path.Join(dir, file)
		content, err := imports.ReadText(fsys, name, maxFile)
		if schema.CodeOf(err) == schema.CodeNotFound {
			continue
		}
		return name, withoutComments(string(content)), err
	}
	return "", "", schema.Errorf(schema.CodeNotFound, "there is no build.gradle or build.gradle.kts in %s", dir)
}

func withoutComments(text string) string {
	return gradleComment.ReplaceAllString(strings.ReplaceAll(text, "\r\n", "\n"), "$1 ")
}

// aliasOf returns the alias of a library in a catalog as scripts write it: name-of_it as name.of.it.
func aliasOf(name string) string { return strings.NewReplacer("-", ".", "_", ".").Replace(name) }

// oneLineBlock matches a block of dependencies that is written in one line.
var oneLineBlock = regexp.MustCompile(`(?m)^(\s*dependencies\s*\{)([^{}\n]+)\}`)

// dependencyLines returns the statements of the blocks dependencies { … } except those of buildscript.
func dependencyLines(text string) []string {
	var lines []string
	depth, in, buildscript := 0, 0, 0
	for line := range strings.SplitSeq(oneLineBlock.ReplaceAllString(text, "$1\n$2\n}"), "\n") {
		line = strings.TrimSpace(line)
		opens := strings.Count(line, "{") - strings.Count(line, "}")
		switch {
		case strings.HasPrefix(line, "buildscript") && opens > 0:
			buildscript = depth + 1
		case in == 0 && buildscript == 0 && strings.HasPrefix(line, "dependencies") && opens > 0:
			in = depth + 1
		case in > 0 && depth == in && line != "" && line != "}":
			lines = append(lines, line)
		}
		depth += opens
		if depth < in {
			in = 0
		}
		if depth < buildscript {
			buildscript = 0
		}
	}
	return lines
}

// addGradle adds the dependency of one statement, or names the statement.
func (p *project) addGradle(b *imports.Bundle, file, line string, catalog map[string]dependency) {
	m := gradleConfig.FindStringSubmatch(line)
	if m == nil {
		b.Note(imports.Lost, file, "this line of dependencies is not read: %s", schema.Excerpt(line, 120))
		return
	}
	d := dependency{}
	if n := gradleNotation.FindStringSubmatch(m[2]); n != nil {
		d.group, d.artifact, d.version = n[1], n[2], n[3]
	} else if n := gradleMap.FindStringSubmatch(m[2]); n != nil {
		d.group, d.artifact, d.version = n[1], n[2], n[3]
	} else if n := gradleModule.FindStringSubmatch(m[2]); n != nil {
		b.Note(imports.Lost, file, "%s", moduleAdvice(schema.Excerpt(n[1], 100), Gradle))
		return
	} else if n := gradleAlias.FindStringSubmatch(m[2]); n != nil && catalog[aliasOf(n[1])].group != "" {
		d = catalog[aliasOf(n[1])]
	} else {
		if !gradleJarFiles.MatchString(m[2]) { // jars of lib and libs are copied anyway
			b.Note(imports.Lost, file, "this line of dependencies is not read: %s", schema.Excerpt(line, 120))
		}
		return
	}
	d.scope, d.processor = m[1], strings.HasSuffix(strings.ToLower(m[1]), "annotationprocessor")
	p.dependencies = append(p.dependencies, d)
}

// readCatalog returns the libraries of the version catalog by alias, nil if there is none.
func readCatalog(fsys fs.FS) map[string]dependency {
	content, err := imports.ReadText(fsys, catalogFile, maxFile)
	if err != nil {
		return nil
	}
	found := map[string]dependency{}
	for _, pattern := range []*regexp.Regexp{catalogModule, catalogGroup, catalogNotation} {
		for _, m := range pattern.FindAllStringSubmatch(string(content), -1) {
			found[aliasOf(m[1])] = dependency{group: m[2], artifact: m[3]}
		}
	}
	return found
}

// gradleModules returns the directories of the subprojects that settings.gradle includes.
func gradleModules(fsys fs.FS) []string {
	var modules []string
	text := gradleSettings(fsys)
	for _, m := range gradleInclude.FindAllStringSubmatch(text, -1) {
		for _, name := range gradleQuoted.FindAllStringSubmatch(m[1]+m[2], -1) {
			modules = append(modules, strings.ReplaceAll(name[1], ":", "/"))
		}
	}
	for _, m := range gradleProject.FindAllStringSubmatch(text, -1) {
		modules = append(modules, path.Clean(m[1]))
	}
	slices.Sort(modules)
	return slices.Compact(modules)
}

// includedBuilds returns the directories of buildSrc and of the builds that settings.gradle includes: their plugins
// configure the project.
func includedBuilds(fsys fs.FS) []string {
	builds := []string{"buildSrc"}
	for _, m := range gradleBuild.FindAllStringSubmatch(gradleSettings(fsys), -1) {
		if dir := path.Clean(m[1]); dir != "." {
			builds = append(builds, dir)
		}
	}
	return builds
}

// gradleSettings returns the text of the settings, without comments.
func gradleSettings(fsys fs.FS) string {
	var text strings.Builder
	for _, file := range settingsFiles() {
		if content, err := imports.ReadText(fsys, file, maxFile); err == nil {
			text.WriteString(withoutComments(string(content)) + "\n")
		}
	}
	return text.String()
}
