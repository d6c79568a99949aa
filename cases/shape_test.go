package cases

import (
	"reflect"
	"testing"
)

// TestACaseIsData walks the type of Case and every kind of step and event.
func TestACaseIsData(t *testing.T) {
	for name, r := range map[string]reflect.Type{"Case": reflect.TypeFor[Case](), "Rule": reflect.TypeFor[Rule]()} {
		for _, fault := range shapeFaults(name, r) {
			t.Error(fault)
		}
	}
	for _, kinds := range []map[string]reflect.Type{stepKinds, eventKinds} {
		for name, r := range kinds {
			for _, fault := range shapeFaults(name, r) {
				t.Error(fault)
			}
		}
	}
}

func TestWhatIsNoDataIsNoticed(t *testing.T) {
	type inner struct {
		F func() `json:"f"`
	}
	for name, r := range map[string]reflect.Type{
		"func":           reflect.TypeFor[struct{ A []inner }](),
		"map":            reflect.TypeFor[map[string]int](),
		"chan":           reflect.TypeFor[*chan int](),
		"open interface": reflect.TypeFor[[]any](),
		"no json tag":    reflect.TypeFor[struct{ A int }](),
		"hidden":         reflect.TypeFor[struct{ a int }](),
	} {
		if len(shapeFaults(name, r)) == 0 {
			t.Errorf("%s passes for data", name)
		}
	}
}

// TestEveryKindCanBeDecoded finds the kinds by their methods, so that one that is
// added and not registered does not go unnoticed.
func TestEveryKindCanBeDecoded(t *testing.T) {
	step, event := reflect.TypeFor[Step](), reflect.TypeFor[Event]()
	for name, r := range stepKinds {
		if !r.Implements(step) || kind(reflect.Zero(r).Interface()) != name {
			t.Errorf("%s is no step called %s", r, name)
		}
	}
	for name, r := range eventKinds {
		if !r.Implements(event) || kind(reflect.Zero(r).Interface()) != name {
			t.Errorf("%s is no event called %s", r, name)
		}
	}
	for _, s := range everyStep {
		if stepKinds[kind(s)] == nil {
			t.Errorf("%T cannot be decoded", s)
		}
	}
	if len(everyStep) != len(stepKinds) || len(everyEvent) != len(eventKinds) {
		t.Errorf("everyStep and everyEvent have %d and %d kinds, want %d and %d", len(everyStep), len(everyEvent), len(stepKinds), len(eventKinds))
	}
}

// shapeFaults are the parts of r that are not plain data.
func shapeFaults(path string, r reflect.Type) (faults []string) {
	seen := map[reflect.Type]bool{}
	var walk func(path string, r reflect.Type)
	walk = func(path string, r reflect.Type) {
		if seen[r] {
			return
		}
		seen[r] = true
		switch r.Kind() {
		case reflect.Func, reflect.Chan, reflect.Map, reflect.UnsafePointer, reflect.Uintptr:
			faults = append(faults, path+" is a "+r.Kind().String())
		case reflect.Interface:
			if r != reflect.TypeFor[Step]() && r != reflect.TypeFor[Event]() {
				faults = append(faults, path+" is an open interface")
			}
		case reflect.Struct:
			for i := range r.NumField() {
				f := r.Field(i)
				switch {
				case !f.IsExported():
					faults = append(faults, path+"."+f.Name+" is not exported")
				case f.Tag.Get("json") == "":
					faults = append(faults, path+"."+f.Name+" has no json tag")
				}
				walk(path+"."+f.Name, f.Type)
			}
		case reflect.Slice, reflect.Pointer, reflect.Array:
			walk(path, r.Elem())
		}
	}
	walk(path, r)
	return faults
}
