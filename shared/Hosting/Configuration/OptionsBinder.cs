using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Platform.Hosting.Configuration;

/// <summary>Fills an options object from configuration and gathers every problem instead of stopping at the first.</summary>
internal static class OptionsBinder
{
    public static object Bind(Type type, IConfiguration source, string path, List<ConfigurationProblem> problems)
    {
        var target = Activator.CreateInstance(type)!;
        var properties = OptionsShape.Properties(type);
        foreach (var child in source.GetChildren())
        {
            var property = properties.FirstOrDefault(p => string.Equals(p.Name, child.Key, StringComparison.OrdinalIgnoreCase));
            if (property is not null) Set(target, property, child, Join(path, property.Name), problems);
            else if (path.Length > 0) problems.Add(UnknownKeys.Problem(Join(path, child.Key), child.Key, properties.Select(p => p.Name)));
        }

        foreach (var property in properties) Check(target, property, Join(path, property.Name), problems);
        if (target is IValidatable validatable)
        {
            problems.AddRange(validatable.Validate().Select(p => p with { Path = Join(path, p.Path) }));
        }

        return target;
    }

    private static void Set(object target, PropertyInfo property, IConfigurationSection source, string path, List<ConfigurationProblem> problems)
    {
        var type = property.PropertyType;
        if (ScalarReader.IsScalar(type))
        {
            if (Scalar(type, source, path, problems, out var value)) property.SetValue(target, value);
        }
        else if (OptionsShape.ElementOf(type) is { } element)
        {
            var list = List(element, source, path, problems);
            if (property.SetMethod is not null) property.SetValue(target, list);
            else foreach (var item in list) AddTo(property.GetValue(target)!, element, item);
        }
        else if (OptionsShape.ValueOf(type) is { } valueType)
        {
            property.SetValue(target, Dictionary(valueType, source, path, problems));
        }
        else
        {
            property.SetValue(target, Bind(type, source, path, problems));
        }
    }

    private static void AddTo(object collection, Type element, object? item) =>
        typeof(ICollection<>).MakeGenericType(element).GetMethod(nameof(ICollection<>.Add))!.Invoke(collection, [item]);

    private static bool Scalar(Type type, IConfigurationSection source, string path, List<ConfigurationProblem> problems, out object? value)
    {
        value = null;
        if (source.Value is null)
        {
            problems.Add(new ConfigurationProblem(path, ScalarReader.Expected(type), "a section"));
            return false;
        }

        if (ScalarReader.TryRead(type, source.Value, out value)) return true;
        problems.Add(new ConfigurationProblem(path, ScalarReader.Expected(type), Shown(path, source.Value)));
        return false;
    }

    private static IList List(Type element, IConfigurationSection source, string path, List<ConfigurationProblem> problems)
    {
        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;

        // On a command line and in the environment a list of words is one value: "a, b".
        if (ScalarReader.IsScalar(element) && source.Value is { Length: > 0 } joined)
        {
            foreach (var text in joined.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (ScalarReader.TryRead(element, text, out var value)) list.Add(value);
                else problems.Add(new ConfigurationProblem(path, ScalarReader.Expected(element), Shown(path, text)));
            }
        }

        foreach (var child in source.GetChildren())
        {
            var at = Join(path, child.Key);
            if (!ScalarReader.IsScalar(element)) list.Add(Bind(element, child, at, problems));
            else if (Scalar(element, child, at, problems, out var value)) list.Add(value);
        }

        return list;
    }

    private static IDictionary Dictionary(Type valueType, IConfigurationSection source, string path, List<ConfigurationProblem> problems)
    {
        var dictionary = (IDictionary)Activator.CreateInstance(
            typeof(Dictionary<,>).MakeGenericType(typeof(string), valueType), StringComparer.OrdinalIgnoreCase)!;
        foreach (var child in source.GetChildren())
        {
            var at = Join(path, child.Key);
            if (!ScalarReader.IsScalar(valueType)) dictionary[child.Key] = Bind(valueType, child, at, problems);
            else if (Scalar(valueType, child, at, problems, out var value)) dictionary[child.Key] = value;
        }

        return dictionary;
    }

    private static void Check(object target, PropertyInfo property, string path, List<ConfigurationProblem> problems)
    {
        if (problems.Any(p => p.Path == path)) return;
        var value = property.GetValue(target);
        foreach (var rule in property.GetCustomAttributes<ValidationAttribute>())
        {
            if (!rule.IsValid(value)) problems.Add(new ConfigurationProblem(path, OptionsShape.Expected(property, rule), Shown(path, OptionsShape.Text(value))));
        }
    }

    private static string Shown(string path, string value) => value.Length == 0 ? "nothing" : $"'{Logging.Secrets.MaskValue(path, value)}'";

    private static string Join(string path, string key) => path.Length == 0 ? key : key.Length == 0 ? path : path + ":" + key;
}
