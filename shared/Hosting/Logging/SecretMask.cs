using Serilog.Core;
using Serilog.Events;

namespace Platform.Hosting.Logging;

/// <summary>Masks every property whose name says that it is a secret, however deep, before any sink sees it.</summary>
internal sealed class SecretMask : ILogEventEnricher
{
    private static readonly ScalarValue Masked = new(Secrets.Mask);

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        foreach (var (name, value) in logEvent.Properties.ToArray())
        {
            var masked = Mask(name, value);
            if (!ReferenceEquals(masked, value)) logEvent.AddOrUpdateProperty(new LogEventProperty(name, masked));
        }
    }

    private static LogEventPropertyValue Mask(string name, LogEventPropertyValue value)
    {
        if (Secrets.IsSecretName(name)) return Masked;
        return value switch
        {
            ScalarValue { Value: string text } when Secrets.MaskText(text) is var masked && masked != text => new ScalarValue(masked),
            StructureValue structure => new StructureValue(structure.Properties.Select(p => new LogEventProperty(p.Name, Mask(p.Name, p.Value))), structure.TypeTag),
            DictionaryValue dictionary => new DictionaryValue(dictionary.Elements.Select(e =>
                KeyValuePair.Create(e.Key, Mask(e.Key.Value?.ToString() ?? "", e.Value)))),
            SequenceValue sequence => new SequenceValue(sequence.Elements.Select(e => Mask("", e))),
            _ => value,
        };
    }
}
