package dev.tandem.devices.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.std.NumberDeserializers;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.math.BigDecimal;

/** Reads whole numbers also as {@code 3.0}, which JSON does not tell from {@code 3}. */
final class WholeNumbers<N> extends StdScalarDeserializer<N> {
  private static final long serialVersionUID = 1L;

  private final transient JsonDeserializer<?> usual;

  private WholeNumbers(Class<N> type) {
    super(type);
    usual = NumberDeserializers.find(type, type.getName());
  }

  static SimpleModule module() {
    return new SimpleModule()
        .addDeserializer(int.class, new WholeNumbers<>(int.class))
        .addDeserializer(Integer.class, new WholeNumbers<>(Integer.class))
        .addDeserializer(long.class, new WholeNumbers<>(long.class));
  }

  @Override
  @SuppressWarnings("unchecked")
  public N deserialize(JsonParser p, DeserializationContext context) throws IOException {
    if (p.hasToken(JsonToken.VALUE_STRING)) {
      return context.reportInputMismatch(handledType(), "is not a whole number");
    }
    if (!p.hasToken(JsonToken.VALUE_NUMBER_FLOAT)) {
      return (N) usual.deserialize(p, context);
    }
    try {
      BigDecimal value = p.getDecimalValue();
      return (N)
          (handledType() == long.class
              ? (Object) value.longValueExact()
              : (Object) value.intValueExact());
    } catch (ArithmeticException e) {
      return context.reportInputMismatch(handledType(), "is not a whole number");
    }
  }

  @Override
  public Object getAbsentValue(DeserializationContext context) throws JsonMappingException {
    return usual.getAbsentValue(context);
  }

  @Override
  @SuppressWarnings("unchecked")
  public N getNullValue(DeserializationContext context) throws JsonMappingException {
    return (N) usual.getNullValue(context);
  }
}
