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

    private static void Register<T>(Handler<T> handler) where T : struct
    {
        SqlMapper.RemoveTypeMap(typeof(T));
        SqlMapper.RemoveTypeMap(typeof(T?));
        SqlMapper.AddTypeHandler(typeof(T), handler);
    }

    /// <summary>Dapper's own base class cannot read an absent value as a scalar: it would have to be a <typeparamref name="T"/>.</summary>
    private abstract class Handler<T> : SqlMapper.ITypeHandler where T : struct
    {
        public object? Parse(Type destinationType, object value) => value is DBNull ? null : Read(value);

        public void SetValue(IDbDataParameter parameter, object value)
        {
            if (value is DBNull) parameter.Value = value;
            else Write(parameter, (T)value);
        }

        protected abstract T Read(object value);

        protected abstract void Write(IDbDataParameter parameter, T value);
    }

    /// <summary>UTC as microseconds since 1970.</summary>
    private sealed class TimeHandler : Handler<DateTimeOffset>
    {
        protected override DateTimeOffset Read(object value)
            => DateTimeOffset.UnixEpoch.AddTicks(Convert.ToInt64(value, CultureInfo.InvariantCulture) * TimeSpan.TicksPerMicrosecond);

        protected override void Write(IDbDataParameter parameter, DateTimeOffset value)
            => SetNumber(parameter, (value.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond);
    }

    /// <summary>Microseconds.</summary>
    private sealed class DurationHandler : Handler<TimeSpan>
    {
        protected override TimeSpan Read(object value)
            => TimeSpan.FromTicks(Convert.ToInt64(value, CultureInfo.InvariantCulture) * TimeSpan.TicksPerMicrosecond);

        protected override void Write(IDbDataParameter parameter, TimeSpan value)
            => SetNumber(parameter, value.Ticks / TimeSpan.TicksPerMicrosecond);
    }

    /// <summary>The 36-character form in lower case.</summary>
    private sealed class IdHandler : Handler<Guid>
    {
        protected override Guid Read(object value) => value is Guid id ? id : Guid.Parse((string)value);

        protected override void Write(IDbDataParameter parameter, Guid value)
        {
            parameter.DbType = DbType.String;
            parameter.Value = value.ToString("D");
        }
    }

    /// <summary>0 or 1.</summary>
    private sealed class TruthHandler : Handler<bool>
    {
        protected override bool Read(object value) => Convert.ToBoolean(value, CultureInfo.InvariantCulture);

        protected override void Write(IDbDataParameter parameter, bool value)
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
