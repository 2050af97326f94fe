using System.Data;
using System.Globalization;
using Dapper;

namespace Platform.Storage;

/// <summary>Teaches Dapper the portable column types: both engines store the same text and numbers, and give back the same values.</summary>
internal static class ColumnTypes
{
    private static readonly Lazy<bool> Registered = new(() =>
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        Register(new TimeHandler());
        Register(new DurationHandler());
        Register(new IdHandler());
        Register(new TruthHandler());
        return true;
    });

    public static void Register() => _ = Registered.Value;

    private static void Register<T>(SqlMapper.TypeHandler<T> handler) where T : struct
    {
        SqlMapper.RemoveTypeMap(typeof(T));
        SqlMapper.RemoveTypeMap(typeof(T?));
        SqlMapper.AddTypeHandler(handler);
    }

    /// <summary>UTC as microseconds since 1970.</summary>
    private sealed class TimeHandler : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override DateTimeOffset Parse(object value)
            => DateTimeOffset.UnixEpoch.AddTicks(Convert.ToInt64(value, CultureInfo.InvariantCulture) * TimeSpan.TicksPerMicrosecond);

        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value)
            => SetNumber(parameter, (value.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond);
    }

    /// <summary>Microseconds.</summary>
    private sealed class DurationHandler : SqlMapper.TypeHandler<TimeSpan>
    {
        public override TimeSpan Parse(object value)
            => TimeSpan.FromTicks(Convert.ToInt64(value, CultureInfo.InvariantCulture) * TimeSpan.TicksPerMicrosecond);

        public override void SetValue(IDbDataParameter parameter, TimeSpan value)
            => SetNumber(parameter, value.Ticks / TimeSpan.TicksPerMicrosecond);
    }

    /// <summary>The 36-character form in lower case.</summary>
    private sealed class IdHandler : SqlMapper.TypeHandler<Guid>
    {
        public override Guid Parse(object value) => value is Guid id ? id : Guid.Parse((string)value);

        public override void SetValue(IDbDataParameter parameter, Guid value)
        {
            parameter.DbType = DbType.String;
            parameter.Value = value.ToString("D");
        }
    }

    /// <summary>0 or 1.</summary>
    private sealed class TruthHandler : SqlMapper.TypeHandler<bool>
    {
        public override bool Parse(object value) => Convert.ToBoolean(value, CultureInfo.InvariantCulture);

        public override void SetValue(IDbDataParameter parameter, bool value)
        {
            parameter.DbType = DbType.Int32;
            parameter.Value = value ? 1 : 0;
        }
    }

    private static void SetNumber(IDbDataParameter parameter, long value)
    {
        parameter.DbType = DbType.Int64;
        parameter.Value = value;
    }
}
