namespace Platform.Hosting;

/// <summary>Options that check more than the range of single values: how they fit together.</summary>
public interface IValidatable
{
    /// <summary>Every problem; the paths are relative to the options' section.</summary>
    IEnumerable<ConfigurationProblem> Validate();
}
