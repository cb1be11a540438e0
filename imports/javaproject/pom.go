package javaproject

import (
	"bytes"
	"encoding/xml"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"golang.org/x/net/html/charset"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/schema"
)

const (
	pomFile = "pom.xml"
	// maxFile bounds the size of a build tool's file, in bytes.
	maxFile = 1 << 20
	// maxParents bounds the number of parents of a pom.xml.
	maxParents = 20
)

// surefirePattern matches the classes that Surefire runs by default.
const surefirePattern = `^(.*\.)?(Test[^.$]*|[^.$]*(Test|Tests|TestCase))$`

// pom holds the used elements of a pom.xml.
type pom struct {
	XMLName      xml.Name
	GroupID      string          `xml:"groupId"`
	ArtifactID   string          `xml:"artifactId"`
	Version      string          `xml:"version"`
	Name         string          `xml:"name"`
	Parent       *pomParent      `xml:"parent"`
	Properties   pomProperties   `xml:"properties"`
	Managed      []pomDependency `xml:"dependencyManagement>dependencies>dependency"`
	Dependencies []pomDependency `xml:"dependencies>dependency"`
	Modules      []string        `xml:"modules>module"`
	Profiles     []struct {
		ID string `xml:"id"`
	} `xml:"profiles>profile"`
	Build pomBuild `xml:"build"`
}

type pomParent struct {
	GroupID      string  `xml:"groupId"`
	Version      string  `xml:"version"`
	ArtifactID   string  `xml:"artifactId"`
	RelativePath *string `xml:"relativePath"`
}

type pomDependency struct {
	GroupID    string `xml:"groupId"`
	ArtifactID string `xml:"artifactId"`
	Version    string `xml:"version"`
	Scope      string `xml:"scope"`
}

type pomBuild struct {
	Main          string      `xml:"sourceDirectory"`
	Test          string      `xml:"testSourceDirectory"`
	Resources     []string    `xml:"resources>resource>directory"`
	TestResources []string    `xml:"testResources>testResource>directory"`
	Plugins       []pomPlugin `xml:"plugins>plugin"`
	Managed       []pomPlugin `xml:"pluginManagement>plugins>plugin"`
}

type pomPlugin struct {
	ArtifactID    string        `xml:"artifactId"`
	Configuration pomProperties `xml:"configuration"`
	Executions    []struct {
		ID            string        `xml:"id"`
		Configuration pomProperties `xml:"configuration"`
	} `xml:"executions>execution"`
}

// pomProperties are the child elements of an element, by name. A child with children of its own has "" as its value.
type pomProperties map[string]string

// UnmarshalXML implements xml.Unmarshaler.
func (p *pomProperties) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	var children struct {
		All []struct {
			XMLName xml.Name
			Text    string `xml:",chardata"`
		} `xml:",any"`
	}
	if err := d.DecodeElement(&children, &start); err != nil {
		return err
	}
	if *p == nil {
		*p = pomProperties{}
	}
	for _, child := range children.All {
		(*p)[child.XMLName.Local] = strings.TrimSpace(child.Text)
	}
	return nil
}

// readPom reads the pom.xml of a directory and its parents in the tree.
func readPom(b *imports.Bundle, fsys fs.FS, dir string) (project, error) {
	file := path.Join(dir, pomFile)
	own, err := parsePom(fsys, file)
	if err != nil {
		return project{}, err
	}
	chain, parents, err := parentsOf(b, fsys, file, own)
	if err != nil {
		return project{}, err
	}
	m := effective(chain)
	p := newProject(pomFile)
	p.title, p.modules, p.pattern = m.expand(firstOf(own.Name, own.ArtifactID)), own.Modules, surefirePattern
	m.directories(&p)
	p.parents = parents
	p.encoding = firstOf(m.expand(firstOf(m.compiler["encoding"], m.properties["project.build.sourceEncoding"])), p.encoding)
	for _, d := range m.dependencies {
		p.dependencies = append(p.dependencies, dependency{group: m.expand(d.GroupID), artifact: m.expand(d.ArtifactID), version: m.expand(m.version(d)), scope: d.Scope, processor: m.expand(d.GroupID) == "org.projectlombok"})
	}
	release := firstOf(m.compiler["release"], m.properties["maven.compiler.release"], m.compiler["source"], m.properties["maven.compiler.source"], m.compiler["target"], m.properties["maven.compiler.target"])
	p.setRelease(b, m.expand(release))
	m.noteOthers(b, file)
	return p, nil
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func parsePom(fsys fs.FS, name string) (pom, error) {
	content, err := imports.ReadText(fsys, name, maxFile)
	if err != nil {
		return pom{}, err
	}
	var p pom
	d := xml.NewDecoder(bytes.NewReader(content))
	d.CharsetReader = charset.NewReaderLabel
	if err := d.Decode(&p); err != nil {
		return p, schema.Wrapf(schema.CodeInvalid, err, "%s is not XML: %s", name, err)
	}
	if p.XMLName.Local != "project" {
		return p, schema.Errorf(schema.CodeInvalid, "%s is not a project of Maven: its element is <%s>, not <project>", name, p.XMLName.Local)
	}
	return p, nil
}

// parentsOf returns a pom.xml and its parents, the farthest first, and the files of the parents. Parents outside the tree
// are named.
func parentsOf(b *imports.Bundle, fsys fs.FS, file string, p pom) (chain []pom, files []string, err error) {
	chain = []pom{p}
	for range maxParents {
		if p.Parent == nil {
			return chain, files, nil
		}
		relative := "../" + pomFile
		if p.Parent.RelativePath != nil {
			relative = strings.TrimSpace(*p.Parent.RelativePath)
		}
		next := path.Join(path.Dir(file), relative)
		if path.Ext(next) != ".xml" {
			next = path.Join(next, pomFile)
		}
		parent, err := pom{}, error(nil)
		if relative != "" && fs.ValidPath(next) {
			parent, err = parsePom(fsys, next)
		}
		if schema.CodeOf(err) == schema.CodeInvalid {
			return nil, nil, err
		}
		if err != nil || strings.TrimSpace(parent.ArtifactID) != strings.TrimSpace(p.Parent.ArtifactID) {
			b.Note(imports.Lost, file, "the parent %s is not in this tree; what it sets is not known. If it is in a directory above, import that with --module", schema.Excerpt(strings.TrimSpace(p.Parent.ArtifactID), 100))
			return chain, files, nil
		}
		file, p = next, parent
		chain, files = append([]pom{parent}, chain...), append(files, next)
	}
	return nil, nil, schema.Errorf(schema.CodeInvalid, "%s has more than %d parents; does a parent lead back?", file, maxParents)
}

// model is a pom.xml with what it inherits.
type model struct {
	properties   pomProperties
	dependencies []pomDependency
	managed      []pomDependency
	build        pomBuild
	compiler     pomProperties // configuration of maven-compiler-plugin
	surefire     pomProperties // configuration of maven-surefire-plugin
	plugins      []string      // other plugins
	profiles     []string
}

// effective merges a chain of parents, of which the last is the project's own.
func effective(chain []pom) *model {
	m := &model{properties: pomProperties{}, compiler: pomProperties{}, surefire: pomProperties{}}
	for _, p := range chain { // what is managed applies before the configuration of any plugin
		m.configure(p.Build.Managed)
	}
	m.plugins = nil // a managed plugin is used only if it is named among the plugins too
	for _, p := range chain {
		m.properties.merge(p.Properties)
		m.dependencies = append(m.dependencies, p.Dependencies...)
		m.managed = append(p.Managed, m.managed...)
		for _, profile := range p.Profiles {
			m.profiles = append(m.profiles, strings.TrimSpace(profile.ID))
		}
		m.build.inherit(p.Build)
		m.configure(p.Build.Plugins)
	}
	own := chain[len(chain)-1]
	m.identify(own)
	m.properties["basedir"], m.properties["project.basedir"] = ".", "."
	return m
}

// identify sets the properties of the project's own names. The parent's group and version are inherited.
func (m *model) identify(own pom) {
	var parent pomParent
	if own.Parent != nil {
		parent = *own.Parent
	}
	for name, value := range map[string]string{
		"artifactId": own.ArtifactID, "groupId": firstOf(own.GroupID, parent.GroupID), "version": firstOf(own.Version, parent.Version),
		"parent.groupId": parent.GroupID, "parent.artifactId": parent.ArtifactID, "parent.version": parent.Version,
	} {
		if value = strings.TrimSpace(value); value != "" {
			m.properties["project."+name], m.properties["pom."+name] = value, value
		}
	}
}

func (p pomProperties) merge(others pomProperties) {
	for key, value := range others {
		p[key] = value
	}
}

func (b *pomBuild) inherit(o pomBuild) {
	b.Main, b.Test = firstOf(o.Main, b.Main), firstOf(o.Test, b.Test)
	if o.Resources != nil {
		b.Resources = o.Resources
	}
	if o.TestResources != nil {
		b.TestResources = o.TestResources
	}
}

func (m *model) configure(plugins []pomPlugin) {
	for _, p := range plugins {
		switch name := strings.TrimSpace(p.ArtifactID); name {
		case "maven-compiler-plugin":
			p.configure(m.compiler, "default-compile")
		case "maven-surefire-plugin":
			p.configure(m.surefire, "default-test")
		case "maven-clean-plugin", "maven-resources-plugin", "maven-jar-plugin", "maven-install-plugin", "maven-deploy-plugin", "maven-site-plugin", "maven-project-info-reports-plugin":
		default:
			m.plugins = append(m.plugins, name)
		}
	}
}

// configure merges the plugin's configuration and that of the execution that Maven adds itself.
func (p pomPlugin) configure(to pomProperties, execution string) {
	to.merge(p.Configuration)
	for _, e := range p.Executions {
		if strings.TrimSpace(e.ID) == execution {
			to.merge(e.Configuration)
		}
	}
}

// propertyUse matches a use of a property.
var propertyUse = regexp.MustCompile(`\$\{([^{}$]+)\}`)

// expand replaces properties. A property may use others; after a few rounds what is left stays as it is. Long texts stay
// too, so that a few properties cannot expand to a text of any length.
func (m *model) expand(text string) string {
	const rounds, most = 8, 1000
	text = strings.TrimSpace(text)
	for range rounds {
		if len(text) > most {
			break
		}
		next := propertyUse.ReplaceAllStringFunc(text, func(use string) string {
			if value, ok := m.properties[use[2:len(use)-1]]; ok && len(value) <= most {
				return value
			}
			return use
		})
		if next == text {
			break
		}
		text = next
	}
	return text
}

// version returns the version of a dependency, which may be given in dependencyManagement.
func (m *model) version(d pomDependency) string {
	if d.Version != "" {
		return d.Version
	}
	for _, managed := range m.managed {
		if managed.GroupID == d.GroupID && managed.ArtifactID == d.ArtifactID {
			return managed.Version
		}
	}
	return ""
}

// directories sets the directories of the project.
func (m *model) directories(p *project) {
	p.main = path.Clean(firstOf(m.expand(m.build.Main), p.main))
	p.test = path.Clean(firstOf(m.expand(m.build.Test), p.test))
	for _, list := range []struct {
		from []string
		to   *[]string
	}{{m.build.Resources, &p.mainResources}, {m.build.TestResources, &p.testResources}} {
		if list.from == nil {
			continue
		}
		*list.to = nil
		for _, dir := range list.from {
			*list.to = append(*list.to, path.Clean(m.expand(dir)))
		}
	}
}

// noteOthers names what the import does not read.
func (m *model) noteOthers(b *imports.Bundle, file string) {
	for _, name := range m.plugins {
		b.Note(imports.Lost, file, "the plugin %s is not run", schema.Excerpt(name, 100))
	}
	for _, id := range m.profiles {
		b.Note(imports.Lost, file, "the profile %s is not applied", schema.Excerpt(id, 100))
	}
	noteKeys(b, file, "maven-compiler-plugin", m.compiler, "release", "source", "target", "testSource", "testTarget", "testRelease", "encoding", "showWarnings", "showDeprecation", "debug", "optimize", "fork", "verbose")
	noteKeys(b, file, "maven-surefire-plugin", m.surefire, "forkNode", "useSystemClassLoader", "trimStackTrace", "printSummary", "reportFormat", "useFile", "redirectTestOutputToFile", "disableXmlReport", "testFailureIgnore", "statelessTestsetReporter", "consoleOutputReporter")
}

// noteKeys names the keys of a plugin's configuration except the known ones.
func noteKeys(b *imports.Bundle, file, plugin string, configuration pomProperties, known ...string) {
	keys := imports.Loose{}
	for key := range configuration {
		keys[key] = true
	}
	for _, key := range known {
		delete(keys, key)
	}
	for _, key := range keys.Keys() {
		b.Note(imports.Lost, file, "%s of %s is not applied%s", schema.Excerpt(key, 100), plugin, tagAdvice(key, configuration[key]))
	}
}
