// Renders a chart as Helm does: Go's text/template, Sprig's functions, and those that Helm adds. For machines without Helm.
//
//	render CHART VALUES.json   prints {"templates/deployment.yaml": "…"} as JSON
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"github.com/ghodss/yaml"
)

type object = map[string]interface{}

func main() {
	if err := render(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func render(chart, valuesFile string) error {
	values, metadata := object{}, object{}
	for path, into := range map[string]*object{
		filepath.Join(chart, "values.yaml"): &values,
		filepath.Join(chart, "Chart.yaml"):  &metadata,
	} {
		if err := read(path, into); err != nil {
			return err
		}
	}
	given := object{}
	if err := read(valuesFile, &given); err != nil {
		return err
	}
	merge(values, given)

	engine := template.New("chart").Option("missingkey=zero")
	engine.Funcs(functions(engine))
	names, err := parse(engine, chart)
	if err != nil {
		return err
	}
	data := object{
		"Values":  values,
		"Chart":   capitalized(metadata),
		"Release": object{"Name": "obo", "Namespace": "default", "Service": "Helm", "IsInstall": true, "IsUpgrade": false, "Revision": 1},
		"Files":   files{chart},
	}
	rendered := map[string]string{}
	for _, name := range names {
		var out bytes.Buffer
		if err := engine.ExecuteTemplate(&out, name, data); err != nil {
			return err
		}
		rendered[name] = strings.ReplaceAll(out.String(), "<no value>", "")
	}
	return json.NewEncoder(os.Stdout).Encode(rendered)
}

func read(path string, into *object) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return yaml.Unmarshal(text, into)
}

// Objects are merged, everything else is replaced, and null removes: as Helm does it.
func merge(into, from object) {
	for key, value := range from {
		inner, isObject := value.(object)
		present, wasObject := into[key].(object)
		switch {
		case value == nil:
			delete(into, key)
		case isObject && wasObject:
			merge(present, inner)
		default:
			into[key] = value
		}
	}
}

func parse(engine *template.Template, chart string) ([]string, error) {
	var names []string
	err := filepath.Walk(filepath.Join(chart, "templates"), func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(chart, path)
		if err != nil {
			return err
		}
		if !strings.HasPrefix(filepath.Base(path), "_") {
			names = append(names, name)
		}
		_, err = engine.New(name).Parse(string(text))
		return err
	})
	return names, err
}

func functions(engine *template.Template) template.FuncMap {
	all := sprig.TxtFuncMap()
	// Helm leaves them out: a chart must not read the machine it is rendered on.
	delete(all, "env")
	delete(all, "expandenv")
	all["include"] = func(name string, data interface{}) (string, error) {
		var out bytes.Buffer
		err := engine.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	all["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, errors.New(message)
		}
		return value, nil
	}
	all["fail"] = func(message string) (string, error) { return "", errors.New(message) }
	all["toYaml"] = func(value interface{}) string {
		text, err := yaml.Marshal(value)
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(string(text), "\n")
	}
	all["toJson"] = func(value interface{}) string {
		text, _ := json.Marshal(value)
		return string(text)
	}
	all["fromJson"] = func(text string) object {
		value := object{}
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			value["Error"] = err.Error()
		}
		return value
	}
	return all
}

// Helm's names of the members of Chart.yaml.
func capitalized(metadata object) object {
	chart := object{}
	for key, value := range metadata {
		chart[strings.ToUpper(key[:1])+key[1:]] = value
	}
	return chart
}

type files struct{ chart string }

func (f files) Get(name string) string {
	text, err := os.ReadFile(filepath.Join(f.chart, name))
	if err != nil {
		return ""
	}
	return string(text)
}
